"""Read every row of a batch again, and write down what is to be looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from foundation.core.actor import Actor
from foundation.core.jobs import Progress
from foundation.core.models import Job
from foundation.imports.models import ImportBatch, RowKind, RowStatus, StagedRow
from foundation.imports.reading.limits import ERROR_VALUE, FORMULA, FORMULA_WITHOUT_VALUE, MERGED
from foundation.imports.schema import (
    ERROR,
    SEVERITIES,
    SUGGESTION,
    WARNING,
    GroupReview,
    ImportSchema,
    Problem,
    Review,
    Reviewed,
    schema_named,
)
from foundation.imports.selectors import inputs_of, texts_of
from foundation.imports.services.background import IMPORTER, is_for_the_worker, queue_review
from foundation.imports.services.common import locked_batch
from foundation.imports.states import BATCH, BatchState
from foundation.records.act import act

MARK_MESSAGES = {
    FORMULA: (SUGGESTION, gettext_noop("Computed by a formula: its last value is taken.")),
    FORMULA_WITHOUT_VALUE: (
        ERROR,
        gettext_noop("A formula without a value: open and save the workbook, or type it here."),
    ),
    MERGED: (ERROR, gettext_noop("A merged cell: which rows its value is for is not said. Type it here.")),
    ERROR_VALUE: (ERROR, gettext_noop("An error of the spreadsheet: %(text)s.")),
}
REQUIRED = gettext_noop("Nothing is given here, and it is needed.")


class _Overtaken(Exception):
    """Somebody edited a row while the worker reviewed: what it read is not what stands there."""


def review_after(actor: Actor, batch: ImportBatch, schema: ImportSchema, *edited: StagedRow) -> None:
    """Review what an edit may have changed: at once, or by the worker when the rows are many.

    Until the worker comes, the edited rows say that they are being read again, and nothing can be committed.
    """
    if not is_for_the_worker(batch):
        review_batch(batch, schema)
        return
    StagedRow.objects.filter(pk__in=[row.pk for row in edited]).update(status=RowStatus.WAITING)
    batch.review_due = True
    count_rows(batch)
    batch.edition += 1
    batch.save()
    queue_review(actor, batch)


def review_staged(job: Job, progress: Progress) -> dict[str, Any]:
    """The worker's part of `review_after`: everything as it stands now, again when somebody edited meanwhile."""
    batch = ImportBatch.objects.get(pk=job.payload["batch"])
    with translation.override(job.payload["language"]):
        while batch.review_due and batch.state in (BatchState.REVIEWING, BatchState.IN_REVIEW):
            with suppress(_Overtaken):
                _review_once(batch, progress)
            batch.refresh_from_db()
    return {"rows": batch.row_count}


def _review_once(batch: ImportBatch, progress: Progress) -> None:
    schema = schema_named(batch.schema)
    progress.report(10, _("Loading the rows"))
    rows = list(batch.rows.order_by("sequence"))
    progress.report(25, _("Reviewing the rows"))
    reviewed = schema.review(*inputs_of(batch, rows))
    progress.report(60, _("Writing what was found"))
    with act(actor=IMPORTER, verb="imports.rows.reviewed") as this:
        current = locked_batch(batch.pk)
        if current.edition != batch.edition:
            raise _Overtaken
        this.about(current)
        current.state, current.review_due = BATCH.next(current.state, "review").target, False
        _take_all(current, schema, rows, reviewed)


def review_batch(batch: ImportBatch, schema: ImportSchema) -> None:
    """Review all rows, since what one says may concern another. Writes the rows that changed, and the batch's counts."""
    rows = list(batch.rows.order_by("sequence"))
    _take_all(batch, schema, rows, schema.review(*inputs_of(batch, rows)))


def _take_all(batch: ImportBatch, schema: ImportSchema, rows: list[StagedRow], reviewed: Reviewed) -> None:
    rows += _new_groups(batch, rows, reviewed.groups)
    changed, gone = [], []
    for row in rows:
        review: Review | None = (
            reviewed.groups.get(row.key) if row.kind == RowKind.GROUP else reviewed.rows.get(row.key)
        )
        if review is None:
            gone.append(row.pk)
            continue
        own = _problems_of_cells(batch, schema, row) if row.kind != RowKind.GROUP else []
        if _take(row, review, [*own, *review.problems]):
            changed.append(row)
    StagedRow.objects.filter(pk__in=gone).delete()
    StagedRow.objects.bulk_update(changed, ["reading", "problems", "status"], batch_size=1000)
    batch.counts = dict(Counter(row.status for row in rows if row.pk not in set(gone)))
    batch.edition += 1
    batch.save()


def _new_groups(batch: ImportBatch, rows: Sequence[StagedRow], groups: Mapping[str, GroupReview]) -> list[StagedRow]:
    known = {row.key for row in rows if row.kind == RowKind.GROUP}
    made = [
        StagedRow(batch=batch, key=key, kind=RowKind.GROUP, sequence=0, row_number=group.first_row)
        for key, group in groups.items()
        if key not in known
    ]
    return StagedRow.objects.bulk_create(made)


def _problems_of_cells(batch: ImportBatch, schema: ImportSchema, row: StagedRow) -> list[Problem]:
    """What is wrong whatever the schema: marks of the spreadsheet, and required cells that are empty."""
    problems = []
    texts = texts_of(batch, row)
    for field, index in batch.mapping.items():
        mark = row.marks.get(str(index))
        if mark and field not in row.values:
            severity, message = MARK_MESSAGES[mark]
            text = texts.get(field, "")
            problems.append(Problem(mark, field, severity, message, {"text": text}, text if severity != ERROR else ""))
    marked = {problem.column for problem in problems}
    for target in schema.fields:
        if target.required and not texts.get(target.code, "").strip() and target.code not in marked:
            problems.append(Problem("required", target.code, ERROR, REQUIRED))
    return problems


def _take(row: StagedRow, review: Review, problems: Sequence[Problem]) -> bool:
    """Set reading, problems and status; True when something is different from before."""
    accepted = set(row.accepted)
    worst_first = sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity))
    listed = [
        {**problem.as_json(), "resolved": problem.severity != ERROR and problem.key in accepted}
        for problem in worst_first
    ]
    before = (row.reading, row.problems, row.status)
    row.reading, row.problems, row.status = review.reading, listed, status_of(listed)
    return (row.reading, row.problems, row.status) != before


def settle(rows: Iterable[StagedRow]) -> None:
    """After problems were accepted: how the rows are read does not change by that, only what is open."""
    for row in rows:
        accepted = set(row.accepted)
        row.problems = [
            {**problem, "resolved": problem["severity"] != ERROR and problem["key"] in accepted}
            for problem in row.problems
        ]
        if row.status != RowStatus.WAITING:
            row.status = status_of(row.problems)


def count_rows(batch: ImportBatch) -> None:
    """The batch's rows by status, as the database counts them."""
    batch.counts = dict(batch.rows.order_by().values_list("status").annotate(count=Count("pk")))


def status_of(problems: Iterable[Mapping[str, Any]]) -> str:
    """The worst of what is still open."""
    open_ones = {problem["severity"] for problem in problems if not problem["resolved"]}
    for severity, status in (
        (ERROR, RowStatus.ERROR),
        (WARNING, RowStatus.WARNING),
        (SUGGESTION, RowStatus.SUGGESTION),
    ):
        if severity in open_ones:
            return status.value
    return RowStatus.OK.value
