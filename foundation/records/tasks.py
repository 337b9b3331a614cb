"""Celery: the seal of the minute."""

from celery import shared_task

from foundation.records.services.sealing_round import seal_export_and_stamp


@shared_task(name="foundation.records.tasks.make_seal")
def make_seal() -> None:
    seal_export_and_stamp()
