"""Where something was found: what every quality record is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from foundation.core.refs import RecordRef


@dataclass(frozen=True, slots=True)
class Found:
    """Subject and place of a finding. ``unit_numbers`` are pieces of the batch (1…n)."""

    subject: RecordRef | None = None
    order_number: str = ""
    card_id: int | None = None
    step_key: str = ""
    unit_numbers: tuple[int, ...] = ()

    def as_fields(self) -> dict[str, Any]:
        """As the columns of `AboutSubject` and ``unit_numbers``."""
        return {
            "subject_label": self.subject.label if self.subject else "",
            "subject_id": self.subject.id if self.subject else None,
            "subject_number": self.subject.number if self.subject else "",
            "order_number": self.order_number,
            "card_id": self.card_id,
            "step_key": self.step_key,
            "unit_numbers": list(self.unit_numbers),
        }


NOWHERE = Found()
