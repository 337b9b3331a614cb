"""All of it or nothing, once."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db.models import Case, When
from django.utils import translation
from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import Refusal
from foundation.core.jobs import Progress
from foundation.core.models import Job
from foundation.imports.exceptions import StillProblems
from foundation.imports.models import ImportBatch, RowStatus
from foundation.imports.schema import schema_named, text_of
from foundation.imports.selectors import inputs_of
from foundation.imports.services.background import IMPORTER, is_for_the_worker, person_of, queue_commit
from foundation.imports.services.common import locked_batch
from foundation.imports.services.review import review_batch
from foundation.imports.states import BATCH, BatchState
from foundation.records.act import Act, act

LISTED = 50  # problems named in the refusal


def commit_batch(*, actor: Actor, batch_id: int, expected: str = "") -> ImportBatch:
    """Write the whole batch through the schema's services, in one act: all or nothing.

    ``expected``: the etag of what was previewed. StillProblems while any row has an open problem, named by row and column;
    a refusal of the app's services stops all of it. The batch is reviewed once more, since the plant may have changed.
    A large one is committed by the worker, in the name of who asked: the batch is `committing` until then.
    """
    with act(actor=actor, verb="imports.batch.committed") as this:
        batch = locked_batch(batch_id, expected)
        this.about(batch)
        if batch.state == BatchState.IN_REVIEW and is_for_the_worker(batch):
            this.verb = "imports.batch.commit_asked"
            return _ask_worker(actor, batch)
        _commit(this, batch)
    return batch


def _ask_worker(actor: Actor, batch: ImportBatch) -> ImportBatch:
    row = BATCH.next(batch.state, "commit_later")
    require(actor, row.permission)
    require(actor, schema_named(batch.schema).permission)
    _refuse_problems(batch)
    batch.state, batch.problem = row.target, ""
    batch.edition += 1
    batch.save()
    queue_commit(actor, batch)
    return batch


def commit_staged(job: Job, progress: Progress) -> dict[str, Any]:
    """The worker's part of `commit_batch`. What refuses it is kept in the ledger, and the batch goes back to its review."""
    person = person_of(job)
    batch = ImportBatch.objects.get(pk=job.payload["batch"])
    if batch.state != BatchState.COMMITTING:
        return {}
    with translation.override(person.language):
        progress.report(10, _("Writing all of it"))
        try:
            with act(actor=person, verb="imports.batch.committed") as this:
                batch = locked_batch(batch.pk)
                this.about(batch)
                _commit(this, batch)
        except Refusal as refusal:
            _hand_back(batch.pk, str(refusal.reason), review=True)
    return {"rows": batch.row_count}


def commit_given_up(job: Job) -> None:
    """The worker failed each time: the batch goes back to its review, and says so; it never stays `committing`."""
    with translation.override(job.payload["language"]):
        why = _(
            "An unexpected error stopped it each time, and nothing was written (job %(job)s). Tell the administrator."
        )
        _hand_back(job.payload["batch"], why % {"job": job.pk}, review=False)  # it may be the review that fails


class _Overtaken(Exception):
    """It was abandoned, or committed after all: there is nothing to hand back."""


def _hand_back(batch_id: int, why: str, *, review: bool) -> None:
    with suppress(_Overtaken), act(actor=IMPORTER, verb="imports.batch.handed_back", reason=why) as this:
        batch = locked_batch(batch_id)
        if batch.state != BatchState.COMMITTING:
            raise _Overtaken
        this.about(batch)
        batch.state = BATCH.next(batch.state, "hand_back").target
        batch.problem = why[:500]
        batch.edition += 1  # asked for again, it is another job
        if review:
            review_batch(batch, schema_named(batch.schema))
        batch.save()


def _commit(this: Act, batch: ImportBatch) -> None:
    row = BATCH.next(batch.state, "commit")
    schema = schema_named(batch.schema)
    require(this.actor, row.permission)
    require(this.actor, schema.permission)
    review_batch(batch, schema)
    _refuse_problems(batch)
    lines, groups = inputs_of(batch, batch.rows.order_by("sequence"))
    result = schema.commit(this.actor, lines, groups, batch.number)
    batch.state, batch.committed_at = row.target, this.at
    batch.result = {"summary": dict(result.summary), **result.details}
    batch.save()
    this.relate(*result.records)
    this.note(sha256=batch.original.sha256, **result.summary)


def _refuse_problems(batch: ImportBatch) -> None:
    if batch.review_due:
        raise StillProblems(_("Rows are still being read again: look at them, then commit."), code="review-due")
    order = Case(When(status=RowStatus.ERROR, then=0), When(status=RowStatus.WARNING, then=1), default=2)
    rows = batch.rows.exclude(status=RowStatus.OK).order_by(order, "row_number", "sequence")
    count = rows.count()
    if not count:
        return
    named = [
        {
            "row": row.row_number,
            "key": row.key,
            "column": problem["column"],
            "code": problem["code"],
            "text": text_of(problem),
        }
        for row in rows[:LISTED]
        for problem in row.open_problems
    ]
    raise StillProblems(
        _("%(count)d rows still have problems; the first is in row %(row)s, column %(column)s.")
        % {"count": count, "row": named[0]["row"] or named[0]["key"], "column": named[0]["column"]},
        details={"problems": named},
    )


def abandon_batch(*, actor: Actor, batch_id: int, reason: str) -> ImportBatch:
    """Work on this import no more. The original stays."""
    with act(actor=actor, verb="imports.batch.abandoned", reason=reason) as this:
        batch = locked_batch(batch_id)
        this.about(batch)
        row = BATCH.next(batch.state, "abandon", reason=reason)
        require(actor, row.permission)
        batch.state = row.target
        batch.save()
    return batch
