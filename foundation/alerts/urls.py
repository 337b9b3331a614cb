from django.urls import path

from foundation.alerts import views

app_name = "alerts"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("<int:pk>/acknowledge/", views.acknowledge, name="alert-acknowledge"),
]
