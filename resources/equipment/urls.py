from django.urls import path

from resources.equipment import views

app_name = "equipment"
urlpatterns = [
    path("", views.equipment_list, name="equipment-list"),
    path("new/", views.equipment_create, name="equipment-create"),
    path("<int:pk>/", views.equipment_record, name="equipment"),
    path("<int:pk>/status/", views.equipment_status, name="equipment-status"),
    path("<int:pk>/calibrations/new/", views.equipment_calibrate, name="equipment-calibrate"),
    path("classes/", views.class_list, name="class-list"),
    path("classes/new/", views.class_create, name="class-create"),
]
