from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    name = "foundation.records"
    label = "records"

    def ready(self) -> None:
        from foundation.records import checks, protection  # noqa: PLC0415 - need the models

        register(checks.check_records, "records", deploy=True)
        post_migrate.connect(protection.after_migrate, dispatch_uid="records.protection")
