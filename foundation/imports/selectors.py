"""What the review shows: rows with their cells, problems and ways out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from foundation.imports.models import ImportBatch, RowKind, RowStatus, StagedRow
from foundation.imports.schema import SUGGESTION, ImportSchema, RowInput, TargetField, schema_named, text_of

SHOWN: dict[str, dict[str, Any]] = {
    "all": {},
    "open": {"status__in": [RowStatus.ERROR, RowStatus.WARNING, RowStatus.SUGGESTION, RowStatus.WAITING]},
    "error": {"status": RowStatus.ERROR},
    "warning": {"status": RowStatus.WARNING},
    "suggestion": {"status": RowStatus.SUGGESTION},
    "waiting": {"status": RowStatus.WAITING},
}


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """A decision that would settle a problem; ``value`` is what the button sends.

    ``answer`` is the label without the question, for buttons that stand beside it.
    """

    value: str
    label: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class ProblemView:
    key: str
    code: str
    severity: str
    column: str
    text: str
    suggestion: str
    resolved: bool
    choices: list[ChoiceView]


@dataclass(frozen=True, slots=True)
class CellView:
    """``before`` is what stands in the file when a person put something else."""

    field: str
    label: str
    text: str
    before: str
    tone: str


@dataclass(frozen=True, slots=True)
class RowView:
    key: str
    row_number: int | None
    kind: str
    status: str
    label: str
    reading: Mapping[str, Any]
    cells: list[CellView]
    problems: list[ProblemView]
    decided: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class EditField:
    """One input of the form that corrects a row."""

    code: str
    label: str
    value: str
    placeholder: str
    choices: list[tuple[str, str]]
    help: str


def inputs_of(batch: ImportBatch, rows: Iterable[StagedRow]) -> tuple[list[RowInput], dict[str, Mapping[str, Any]]]:
    """The rows and group decisions as the schema takes them, in order."""
    lines, groups = [], {}
    for row in rows:
        if row.kind == RowKind.GROUP:
            groups[row.key] = row.decisions
        else:
            lines.append(RowInput(row.key, row.row_number, texts_of(batch, row), row.decisions))
    return lines, groups


def texts_of(batch: ImportBatch, row: StagedRow) -> dict[str, str]:
    """The text of each mapped field: the person's correction, else what stands in the file."""
    texts: dict[str, str] = {
        field: row.raw[index] if index < len(row.raw) else "" for field, index in batch.mapping.items()
    }
    texts.update(row.values)
    return texts


def rows_of(batch: ImportBatch, show: str, kind: str = "") -> QuerySet[StagedRow]:
    """The rows shown under a filter (see SHOWN), of the file or the groups."""
    rows: QuerySet[StagedRow] = batch.rows.filter(**SHOWN.get(show, {}))
    rows = rows.filter(kind=RowKind.GROUP) if kind == "group" else rows.exclude(kind=RowKind.GROUP)
    return rows.order_by("row_number", "sequence")


def counts_of(batch: ImportBatch) -> dict[str, dict[str, int]]:
    """Rows and groups by status: {"row": {"error": 8, …}, "group": {…}}. One query."""
    counts: dict[str, dict[str, int]] = {"row": {}, "group": {}}
    for kind, status in batch.rows.values_list("kind", "status"):
        of = counts["group" if kind == RowKind.GROUP else "row"]
        of[status] = of.get(status, 0) + 1
    return counts


def suggestions_of(batch: ImportBatch) -> list[tuple[str, str, int]]:
    """What “accept all” would accept: (column, how it is read, in how many rows), the most frequent first. One query.

    Problems that say the same but for a value are one line, with the first row's value.
    """
    found: dict[tuple[str, str], list[Any]] = {}
    for problems in batch.rows.exclude(status=RowStatus.OK).order_by("row_number").values_list("problems", flat=True):
        for problem in problems:
            if problem["severity"] == SUGGESTION and not problem.get("resolved"):
                line = found.setdefault((problem["column"], problem["code"]), [problem, 0])
                line[1] += 1
    labels = {field.code: str(field.label) for field in schema_named(batch.schema).fields}
    rows = [(labels.get(column, column), text_of(first), count) for (column, _code), (first, count) in found.items()]
    return sorted(rows, key=lambda row: -row[2])


def row_views(batch: ImportBatch, rows: Iterable[StagedRow]) -> list[RowView]:
    schema = schema_named(batch.schema)
    return [_row_view(batch, schema, row) for row in rows]


def _row_view(batch: ImportBatch, schema: ImportSchema, row: StagedRow) -> RowView:
    scope = "group" if row.kind == RowKind.GROUP else "row"
    fields = {field.code: field for field in schema.fields if field.on == scope}
    problems = [_problem_view(problem, row, fields) for problem in row.problems]
    return RowView(
        key=row.key,
        row_number=row.row_number,
        kind=row.kind,
        status=row.status,
        label=_group_label(row) if scope == "group" else "",
        reading=row.reading,
        cells=_cells(batch, fields, row, problems) if scope == "row" else [],
        problems=problems,
        decided=[
            (str(fields[name].label), _label_of(fields[name], str(value)))
            for name, value in row.decisions.items()
            if name in fields
        ],
    )


def _group_label(row: StagedRow) -> str:
    path, bar, title = row.key.partition("|")
    return f"{title} ({path})" if bar and path else title or _("The whole file")


def _cells(
    batch: ImportBatch, fields: Mapping[str, TargetField], row: StagedRow, problems: Sequence[ProblemView]
) -> list[CellView]:
    texts = texts_of(batch, row)
    tones: dict[str, str] = {}
    for problem in problems:
        if not problem.resolved:
            tones.setdefault(problem.column, {"error": "bad", "warning": "warn"}.get(problem.severity, "info"))
    cells = []
    for code, field in fields.items():
        if field.decision or code not in batch.mapping:
            continue
        index = batch.mapping[code]
        before = row.raw[index] if code in row.values and index < len(row.raw) else ""
        cells.append(CellView(code, str(field.label), texts.get(code, ""), before, tones.get(code, "")))
    return cells


def _problem_view(problem: Mapping[str, Any], row: StagedRow, fields: Mapping[str, TargetField]) -> ProblemView:
    column = fields.get(problem["column"])
    choices = [
        ChoiceView(
            f"{row.key}\t{name}\t{value}",
            f"{fields[name].label}: {_label_of(fields[name], value)}",
            _label_of(fields[name], value),
        )
        for name, value in problem["choices"]
        if name in fields
    ]
    return ProblemView(
        key=problem["key"],
        code=problem["code"],
        severity=problem["severity"],
        column=str(column.label) if column else problem["column"],
        text=text_of(problem),
        suggestion=problem["suggestion"],
        resolved=problem["resolved"],
        choices=choices,
    )


def _label_of(field: TargetField, value: str) -> str:
    return str(dict(field.choices).get(value, value))


def edit_fields(batch: ImportBatch, row: StagedRow) -> list[EditField]:
    """The inputs that correct a row: its cells, then what may be decided about it."""
    schema = schema_named(batch.schema)
    scope = "group" if row.kind == RowKind.GROUP else "row"
    texts = texts_of(batch, row) if scope == "row" else {}
    groups = list(batch.rows.filter(kind=RowKind.GROUP).order_by("row_number").values_list("key", flat=True))
    fields = []
    for field in schema.fields:
        if field.on != scope or (not field.decision and field.code not in batch.mapping):
            continue
        choices = [(value, str(label)) for value, label in field.choices]
        if field.of_groups:
            choices = [(key, key.replace("|", " · ")) for key in groups if "|" in key]
        value = str(row.decisions.get(field.code, "")) if field.decision else texts.get(field.code, "")
        placeholder = _placeholder(row.reading.get(field.code)) if field.decision else ""
        fields.append(EditField(field.code, str(field.label), value, placeholder, choices, str(field.help)))
    return fields


def _placeholder(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(value) if isinstance(value, str | int) else ""


def bulk_choices(batch: ImportBatch, rows: Iterable[RowView]) -> list[ChoiceView]:
    """Decisions that settle problems of several rows on the page: ``field\tvalue``."""
    found: dict[str, str] = {}
    for row in rows:
        for problem in row.problems:
            if not problem.resolved:
                for choice in problem.choices:
                    found.setdefault(choice.value.partition("\t")[2], choice.label)
    return [ChoiceView(value, label) for value, label in found.items()]


def next_open(batch: ImportBatch, after: str) -> str:
    """The key of the next row with an open problem, in the order of the table; "" when there is none."""
    keys = list(rows_of(batch, "open").values_list("key", flat=True))
    here = batch.rows.filter(key=after).first()
    later = rows_of(batch, "open").filter(row_number__gt=here.row_number) if here and here.row_number else None
    found = later.first() if later is not None else None
    return found.key if found else (keys[0] if keys else "")


def preview_of(batch: ImportBatch) -> Mapping[str, Any]:
    """What a commit would write, as the schema tells it."""
    lines, groups = inputs_of(batch, batch.rows.order_by("sequence"))
    return schema_named(batch.schema).preview(lines, groups)
