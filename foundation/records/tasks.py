"""Celery: the seal of the minute."""

from celery import shared_task

from foundation.records import sealing


@shared_task(name="foundation.records.tasks.make_seal")
def make_seal() -> None:
    sealing.make_seals()
