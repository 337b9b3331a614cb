from django.urls import path

from foundation.alerts.api import views

urlpatterns = [
    path("alerts/", views.AlertList.as_view(), name="alert-list"),
    path("alerts/<int:pk>/acknowledge/", views.AlertAcknowledge.as_view(), name="alert-acknowledge"),
]
