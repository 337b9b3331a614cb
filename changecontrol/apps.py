from django.apps import AppConfig


class ChangeControlConfig(AppConfig):
    name = "changecontrol"
    label = "changecontrol"
