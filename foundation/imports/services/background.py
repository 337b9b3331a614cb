"""What the worker does for a large file: it is asked for here, and the page shows how far it is."""

from __future__ import annotations

from django.db.models import Q

from foundation.core import jobs
from foundation.core.actor import Actor
from foundation.core.models import Job
from foundation.imports.models import ImportBatch
from foundation.imports.reading import limits

READ, REVIEW, COMMIT = "imports.read", "imports.review", "imports.commit"
IMPORTER = Actor.system("importer")


def is_for_the_worker(batch: ImportBatch) -> bool:
    """Whether its rows are too many to be reviewed while a person waits for the page."""
    return batch.row_count > limits.LARGE


def queue_reading(actor: Actor, batch: ImportBatch, *, sheet: str, encoding: str, header_row: int | None) -> Job:
    """In the act that keeps the file, or asks to read it again."""
    options = {"sheet": sheet, "encoding": encoding, "header_row": header_row}
    return _queue(actor, READ, batch, options)


def queue_review(actor: Actor, batch: ImportBatch) -> Job:
    """In the act that mapped the columns or edited a row: one job for each edition."""
    return _queue(actor, REVIEW, batch, {})


def queue_commit(actor: Actor, batch: ImportBatch) -> Job:
    """In the act that asked for it; the worker commits in the name of who asked."""
    person = {"user_id": actor.user_id, "name": actor.name, "station": actor.station, "session": actor.session}
    return _queue(actor, COMMIT, batch, person)


def person_of(job: Job) -> Actor:
    """Who asked for the commit."""
    fields = ("user_id", "name", "station", "session", "language")
    return Actor(**{name: job.payload[name] for name in fields})


def _queue(actor: Actor, kind: str, batch: ImportBatch, options: dict[str, str | int | None]) -> Job:
    return jobs.enqueue(
        kind,
        unique_key=f"{kind}:{batch.pk}:{batch.edition}",
        payload={"batch": batch.pk, "language": actor.language, **options},
        requested_by=actor.name,
    )


def job_of(batch: ImportBatch) -> Job | None:
    """The newest job for this batch."""
    mine = Q()
    for kind in (READ, REVIEW, COMMIT):
        mine |= Q(unique_key__startswith=f"{kind}:{batch.pk}:")
    return Job.objects.filter(mine).order_by("-pk").first()
