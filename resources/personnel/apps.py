from django.apps import AppConfig


class PersonnelConfig(AppConfig):
    name = "resources.personnel"
    label = "personnel"
