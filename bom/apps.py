from django.apps import AppConfig


class BomConfig(AppConfig):
    name = "bom"
    label = "bom"
