from django.urls import path

from resources.personnel.api import views

urlpatterns = [
    path("qualifications/", views.Qualifications.as_view(), name="qualifications"),
    path("qualifications/<int:pk>/grants/", views.Give.as_view(), name="qualification-give"),
    path("qualification-grants/", views.Grants.as_view(), name="qualification-grants"),
    path("qualification-grants/<int:pk>/revoke/", views.Revoke.as_view(), name="qualification-revoke"),
    path("reading-confirmations/", views.Readings.as_view(), name="reading-confirmations"),
]
