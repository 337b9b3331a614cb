"""Celery: the seal of the minute, and the verification of the night."""

from celery import shared_task

from foundation.core.actor import Actor
from foundation.records.services.sealing_round import seal_export_and_stamp
from foundation.records.services.verifying import request_verification


@shared_task(name="foundation.records.tasks.make_seal")
def make_seal() -> None:
    seal_export_and_stamp()


@shared_task(name="foundation.records.tasks.verify")
def verify(full: bool = False) -> None:
    """Whoever tampers is found by the next morning, not by the next audit."""
    request_verification(actor=Actor.system("verifier"), full=full)
