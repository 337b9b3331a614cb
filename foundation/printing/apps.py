from django.apps import AppConfig


class PrintingConfig(AppConfig):
    name = "foundation.printing"
    label = "printing"
