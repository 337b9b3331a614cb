from django.apps import AppConfig


class EquipmentConfig(AppConfig):
    name = "resources.equipment"
    label = "equipment"
