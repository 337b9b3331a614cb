from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    name = "foundation.records"
    label = "records"

    def ready(self) -> None:
        from foundation.records import protection  # noqa: PLC0415 - needs the models

        post_migrate.connect(protection.after_migrate, dispatch_uid="records.protection")
