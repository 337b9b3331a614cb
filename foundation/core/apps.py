from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "foundation.core"
    label = "core"

    def ready(self) -> None:
        from foundation.core import tasks  # noqa: F401, PLC0415 - registers how a committed job is announced
