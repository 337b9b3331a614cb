"""Travellers in print: a sheet with the code that opens the next ready card at a station."""

from __future__ import annotations

from collections.abc import Sequence

from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.printing.models import PrintJob
from foundation.printing.services import LabelOf, print_labels
from shopfloor.definition import Definition
from shopfloor.models import TravelCard, WorkOrder

TEMPLATE = "traveller"


def print_travellers(
    *, actor: Actor, order: WorkOrder, definition: Definition, travellers: Sequence[TravelCard], reason: str = ""
) -> list[PrintJob]:
    """One sheet for each traveller of the order, in one stack (a second print needs a reason)."""
    operations = [
        {"number": operation.number, "name": operation.raw.get("name") or {}, "work_center": operation.work_center}
        for operation in definition.operations
    ]
    shared = {
        "order": order.number,
        "item_number": order.item.number,
        "item_name": order.item.name,
        "unit": order.unit,
        "due": order.due,
        "card": definition.number,
        "card_hash": definition.content_hash,
        "operations": operations,
    }
    labels = [LabelOf({**shared, **_own(traveller)}, RecordRef.to(traveller)) for traveller in travellers]
    return print_labels(actor=actor, template=TEMPLATE, labels=labels, reason=reason)


def _own(traveller: TravelCard) -> dict[str, object]:
    batch, unit = traveller.batch, traveller.unit
    return {
        "traveller": traveller.code,
        "batch": batch.number,
        "lot": unit.lot.number if unit else batch.lot.number,
        "serial": unit.lot.serial if unit else "",
        "quantity": 1 if unit else batch.quantity,
        "split_from": traveller.parent.code if traveller.parent else "",
    }
