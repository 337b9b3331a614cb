"""The jobs of webhooks: of the outbox, of one attempt, and of what waited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from foundation.core.actor import Actor
from foundation.core.jobs import Progress
from foundation.core.models import Job
from foundation.webhooks.services import queueing, sending

SENDER = Actor.system("webhooks")


def queue(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Job kind ``outbox``: what one act published."""
    told = job.payload
    count = queueing.queue_events(
        actor=SENDER,
        entry_id=told["entry"],
        occurred_at=datetime.fromisoformat(told["occurred_at"]),
        received_at=datetime.fromisoformat(told["received_at"]),
        told=told["events"],
    )
    return {"deliveries": count}


def send(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Job kind ``webhooks.send``: one attempt."""
    told = job.payload
    return sending.send_delivery(
        actor=SENDER,
        delivery_id=told["delivery"],
        number=told["number"],
        try_number=told["try"],
        at_once=told.get("at_once", False),
    )


def send_given_up(job: Job) -> None:
    """An attempt failed by an error of our own, each time: it is said where people look for it."""
    told = job.payload
    sending.note_failure(
        actor=SENDER, delivery_id=told["delivery"], number=told["number"], try_number=told["try"], job_id=job.pk
    )


def catch_up(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Job kind ``webhooks.catch_up``: an endpoint was resumed, or is to hear again what was given up."""
    told = job.payload
    count = queueing.queue_again(
        actor=SENDER, endpoint_id=told["endpoint"], given_up=told["given_up"], mark=f"job-{job.pk}"
    )
    return {"deliveries": count}
