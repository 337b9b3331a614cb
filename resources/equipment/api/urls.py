from django.urls import path

from resources.equipment.api import views

urlpatterns = [
    path("equipment-classes/", views.Classes.as_view(), name="equipment-classes"),
    path("equipment/", views.AllEquipment.as_view(), name="equipment-list"),
    path("equipment/<int:pk>/", views.OneEquipment.as_view(), name="equipment"),
    path("equipment/<int:pk>/fitness/", views.Fitness.as_view(), name="equipment-fitness"),
    path("equipment/<int:pk>/status/", views.Status.as_view(), name="equipment-status"),
    path("equipment/<int:pk>/calibrations/", views.Calibrations.as_view(), name="equipment-calibrations"),
]
