"""The Celery application. The database is the queue of record (`core.Job`); Celery only carries nudges."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
app = Celery("arteria")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
