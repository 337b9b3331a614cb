"""What is shown and signed when a card is completed; recomputed when the signature is looked at again."""

from __future__ import annotations

from typing import Any

from shopfloor.definition import definition_of
from shopfloor.models import PieceMove, StepRecord, WorkCard
from shopfloor.pieces import fold


def card_content(card: WorkCard) -> dict[str, Any]:
    """The card with every entry and its balance. Canonical JSON is made of it; decimals stay decimals."""
    moves = list(PieceMove.objects.filter(card=card).order_by("id"))
    records = list(StepRecord.objects.filter(card=card).order_by("id"))
    return content_of(card, records, fold(moves).as_json())


def content_of(card: WorkCard, records: list[StepRecord], balance: dict[str, int]) -> dict[str, Any]:
    """The same from what was read already."""
    definition = definition_of(card.process_card_id)
    operation = definition.operation(card.operation)
    return {
        "schema": "work-card/1",
        "card": card.number,
        "order": card.order.number,
        "batch": card.batch.number,
        "serial": card.unit.lot.serial if card.unit_id and card.unit else "",
        "operation": card.operation,
        "name": operation.raw.get("name") or {},
        "process_card": definition.number,
        "process_card_hash": definition.content_hash,
        "balance": balance,
        "entries": [_entry(record) for record in records],
    }


def _entry(record: StepRecord) -> dict[str, Any]:
    return {
        "id": record.pk,
        "step": record.step_key,
        "piece": record.unit_no,
        "value": record.value,
        "unit": record.unit,
        "quantity": record.quantity,
        "outcome": str(record.outcome),
        "by": record.performer_name,
        "at": record.captured_at,
    }
