"""Loads the one table that joins the apps."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        from config import subscriptions  # noqa: PLC0415 - models must be loaded first

        subscriptions.connect()
