"""What was changed in a routing, field by field, from the field history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from foundation.core.texts import localized
from routing.models import (
    IntermediateMade,
    MaterialUse,
    Operation,
    OperationLink,
    OperationParameter,
    RoutingRevision,
    Step,
)
from routing.selectors.comparison import label_of

TRACKED: tuple[type[Any], ...] = (Operation, OperationLink, Step, OperationParameter, MaterialUse, IntermediateMade)
NOT_SHOWN = {
    "id", "tx", "revision", "revision_id", "history_id", "history_date", "history_type", "history_user", "history_actor",
    "history_station", "history_change_reason",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one row; ``field`` "" when the whole row was added or removed."""

    at: datetime
    who: str
    why: str
    where: str
    field: str
    before: str
    after: str


def field_changes(revision: RoutingRevision, limit: int = 300) -> list[FieldChange]:
    """The newest changes of a revision's content, newest first."""
    rows = [row for model in TRACKED for row in _rows(model, revision.pk)]
    numbers = dict(Operation.history.filter(revision_id=revision.pk).order_by("history_id").values_list("id", "number"))
    found: list[tuple[datetime, int, FieldChange]] = []
    before: dict[tuple[str, int], Any] = {}
    for row in sorted(rows, key=lambda row: (row.instance_type.__name__, row.id, row.history_id)):
        key = (row.instance_type.__name__, row.id)
        where = _where(row, numbers)
        found += [(row.history_date, row.history_id, change) for change in _changes(row, before.get(key), where)]
        before[key] = row
    found.sort(key=lambda entry: entry[:2], reverse=True)
    return [change for _at, _id, change in found[:limit]]


def _rows(model: type[Any], revision_id: int) -> Iterable[Any]:
    rows: Iterable[Any] = model.history.filter(revision_id=revision_id).order_by("history_id")
    return rows


def _changes(row: Any, before: Any, where: str) -> Iterable[FieldChange]:
    common = (row.history_date, row.history_actor, row.history_change_reason or "", where)
    if row.history_type == "-":
        yield FieldChange(*common, "", _title(row), _("removed"))
        return
    if before is None:
        yield FieldChange(*common, "", "", _title(row) or _("added"))
        return
    for field in row._meta.concrete_fields:
        old, new = getattr(before, field.attname), getattr(row, field.attname)
        if field.attname not in NOT_SHOWN and old != new:
            yield FieldChange(*common, label_of(field.attname), _words(old), _words(new))


def _title(row: Any) -> str:
    for name in ("name", "instruction"):
        if getattr(row, name, None):
            return localized(getattr(row, name))
    return str(getattr(row, "position", ""))


def _where(row: Any, numbers: dict[int, int]) -> str:
    model = row.instance_type
    if model is Operation:
        return _("Operation %(number)s") % {"number": row.number}
    if model is OperationLink:
        return f"{numbers.get(row.predecessor_id, '?')} → {numbers.get(row.successor_id, '?')}"
    if model is Step:
        return _("Operation %(number)s, step %(step)s") % {
            "number": numbers.get(row.operation_id, "?"),
            "step": row.number,
        }
    if model is OperationParameter:
        return _("Parameter %(name)s") % {"name": localized(row.name)}
    return _("Operation %(number)s, material %(position)s") % {
        "number": numbers.get(row.operation_id, "?"),
        "position": row.position,
    }


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return " / ".join(str(text) for text in value.values())
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "–" if value is None or value == "" else str(value)
