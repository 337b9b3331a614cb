"""A pointer to a record that is a value, not a foreign key: how a lower app points up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models


@dataclass(frozen=True, slots=True)
class RecordRef:
    """Model label (``"shopfloor.workorder"``), primary key, and the number people know it by."""

    label: str
    id: int
    number: str = ""

    @classmethod
    def to(cls, record: models.Model) -> RecordRef:
        number = str(getattr(record, "number", "") or record)
        return cls(record._meta.label_lower, int(record.pk), number)

    def as_json(self) -> dict[str, Any]:
        return {"label": self.label, "id": self.id, "number": self.number}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> RecordRef:
        return cls(data["label"], int(data["id"]), data.get("number", ""))
