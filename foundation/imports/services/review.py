"""Read every row of a batch again, and write down what is to be looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

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
)
from foundation.imports.selectors import inputs_of, texts_of

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


def review_batch(batch: ImportBatch, schema: ImportSchema) -> None:
    """Review all rows, since what one says may concern another. Writes the rows that changed, and the batch's counts."""
    rows = list(batch.rows.order_by("sequence"))
    lines, groups = inputs_of(batch, rows)
    reviewed = schema.review(lines, groups)
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
