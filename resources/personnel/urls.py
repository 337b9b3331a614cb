from django.urls import path

from resources.personnel import views

app_name = "personnel"
urlpatterns = [
    path("qualifications/", views.qualification_list, name="qualification-list"),
    path("qualifications/new/", views.qualification_create, name="qualification-create"),
    path("qualifications/<int:pk>/", views.qualification_record, name="qualification"),
    path("grants/<int:pk>/revoke/", views.grant_revoke, name="grant-revoke"),
]
