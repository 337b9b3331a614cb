"""Reads of the print queue."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from foundation.accounts.scope import about_visible
from foundation.core.actor import Actor
from foundation.core.models import Job
from foundation.core.refs import RecordRef
from foundation.printing.models import PrintJob


def visible_prints(actor: Actor) -> QuerySet[PrintJob]:
    """Prints for records that this reader sees."""
    rows: QuerySet[PrintJob] = about_visible(PrintJob.objects.all(), actor)
    return rows


def prints_of(*records: RecordRef) -> QuerySet[PrintJob]:
    """Prints of these records (of one kind), newest first: how many labels were made, by whom and why."""
    labels = {record.label for record in records}
    if len(labels) > 1:
        raise ValueError("prints_of takes records of one kind")
    rows: QuerySet[PrintJob] = PrintJob.objects.filter(
        subject_label__in=labels, subject_id__in=[record.id for record in records]
    )
    return rows.order_by("-id")


@dataclass(frozen=True, slots=True)
class QueuedPrint:
    """A print and how far its job is: queued, running, done, failed."""

    print_job: PrintJob
    state: str
    error: str

    @property
    def state_label(self) -> str:
        return {
            "queued": _("Queued"),
            "running": _("Being made"),
            "done": _("Ready"),
            "failed": _("Failed"),
        }.get(self.state, "")


def with_states(prints: list[PrintJob]) -> list[QueuedPrint]:
    """The prints with the state of their jobs, in one query."""
    states = {job.unique_key: job for job in Job.objects.filter(unique_key__in=[p.queue_key for p in prints])}
    return [
        QueuedPrint(found, states[found.queue_key].state, states[found.queue_key].error)
        if found.queue_key in states
        else QueuedPrint(found, "", "")
        for found in prints
    ]
