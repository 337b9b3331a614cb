"""Has anything changed on a card? A few columns, so that every tablet may ask every few seconds."""

from __future__ import annotations

import hashlib

from django.db.models import Max

from shopfloor.holds import holds_touching
from shopfloor.models import CardEvent, PieceMove, SampleExclusion, SecondCheck, StepRecord, WorkCard
from shopfloor.services.loading import JOINED


def card_pulse(card_id: int) -> str:
    """A short text that changes when somebody acts on the card, a hold comes or goes, or its order stops."""
    card = WorkCard.objects.select_related(*JOINED, "order__item", "nonconformance__stock_unit__lot").get(pk=card_id)
    touching = holds_touching(card)
    parts = (
        card.state,
        card.equipment_id,
        card.first_piece_accepted,
        card.order.state,
        CardEvent.objects.filter(card=card).aggregate(last=Max("id"))["last"],
        newest_move(card_id),
        StepRecord.objects.filter(card=card).aggregate(last=Max("id"))["last"],
        SecondCheck.objects.filter(record__card=card).aggregate(last=Max("id"))["last"],
        SampleExclusion.objects.filter(test_file__card=card).aggregate(last=Max("id"))["last"],
        sorted(hold.pk for hold in (*touching.of_product, *touching.of_components)),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def newest_move(card_id: int) -> int:
    """The version of where the pieces are: the id of the card's newest move, 0 before the first. What a report form carries."""
    return PieceMove.objects.filter(card_id=card_id).aggregate(last=Max("id"))["last"] or 0
