"""What was printed for the record: travellers, each reprint with its reason."""

from __future__ import annotations

from typing import Any

from dhr.compile.scope import RecordScope
from foundation.core.refs import RecordRef
from foundation.printing.selectors import prints_of


def labels(scope: RecordScope) -> list[dict[str, Any]]:
    """Prints of the batch's travellers (of a serial: its own), oldest first."""
    travellers = scope.record.batch.travel_cards.all()
    if scope.unit:
        travellers = travellers.filter(unit=scope.unit)
    prints = prints_of(*(RecordRef.to(traveller) for traveller in travellers)).order_by("id")
    return [
        {
            "number": one.number,
            "template": f"{one.template} {one.subject_number}",
            "copies": one.copies,
            "reason": one.reason,
            "person": one.requested_by_name,
            "at": one.requested_at,
        }
        for one in prints
    ]
