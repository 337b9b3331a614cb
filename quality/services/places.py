"""Where something was found: what every quality record is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from foundation.accounts.scope import rows_of
from foundation.core.refs import RecordRef
from resources.inventory.models import Lot


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


def found_at(found: Found, lot_id: int | None) -> Model | None:
    """The thing whose site a finding belongs to: its card, else its order, else its lot; None when it names none of these.

    Cards and orders live above, and are known here by their labels. DoesNotExist (the act refuses) for an unknown lot.
    """
    named = (("shopfloor.workcard", "pk", found.card_id), ("shopfloor.workorder", "number", found.order_number))
    for label, field, value in named:
        thing: Model | None = rows_of(label).filter(**{field: value}).first() if value else None
        if thing is not None:
            return thing
    return Lot.objects.get(pk=lot_id) if lot_id is not None else None
