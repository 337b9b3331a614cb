"""What was changed in a record, field by field: who, what, when, old and new, why and where (21 CFR 11.10(e))."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder

from foundation.core.refs import RecordRef
from foundation.records.models import TrackedModel

# That they changed is shown, what they are is not.
NEVER_SHOWN = {"password", "pin", "token_hash", "code_hash", "salt", "former_salt"}
NEW, CHANGED, REMOVED = "+", "~", "-"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one change; ``field`` "" with ``kind`` + or - when the whole row came or went."""

    at: datetime
    who: str
    station: str
    why: str
    kind: str
    field: str
    before: str
    after: str


def field_changes(record: RecordRef) -> list[FieldChange]:
    """Every change of the record's own row, newest first. Nothing for a record that is written once, or unknown."""
    try:
        model: Any = apps.get_model(record.label)
    except (LookupError, ValueError):
        return []
    if not issubclass(model, TrackedModel):
        return []
    names = [field.attname for field in model._meta.concrete_fields]
    found: list[FieldChange] = []
    before: Any = None
    for row in model.history.filter(id=record.id).order_by("history_id"):
        found.extend(_changes(row, before, names))
        before = row
    return found[::-1]


def _changes(row: Any, before: Any, names: list[str]) -> Iterator[FieldChange]:
    said = (row.history_date, row.history_actor, row.history_station, row.history_change_reason or "", row.history_type)
    if before is None or row.history_type == REMOVED:
        yield FieldChange(*said, "", "", "")
    for name in names:
        old, new = getattr(before, name, None) if before is not None else None, getattr(row, name)
        if old != new and not (before is None and new in (None, "", [], {})):
            hidden = name in NEVER_SHOWN
            yield FieldChange(*said, name, "" if hidden else _words(old), "…" if hidden else _words(new))


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, cls=DjangoJSONEncoder)
    return value.isoformat() if isinstance(value, datetime) else str(value)
