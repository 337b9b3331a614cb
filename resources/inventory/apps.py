from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "resources.inventory"
    label = "inventory"
