"""The Celery application. The database is the queue of record (`core.Job`); Celery only carries nudges."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
app = Celery("arteria")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect  # type: ignore[untyped-decorator]
def _wait_for_the_broker(**_kwargs: object) -> None:
    """A worker has nothing better to do than to wait; only acts must not."""
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, "socket_timeout": 5}
