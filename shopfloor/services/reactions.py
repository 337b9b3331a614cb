"""What a bad reading sets off, as the card declares it (domain, rule 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.records.act import Act
from quality.models import Deviation, Nonconformance
from quality.services import raise_deviation, raise_nonconformance
from quality.services.deviations import Departure
from quality.services.places import Found
from quality.states import DeviationSource, NonconformanceSource
from resources.inventory.models import StockUnit
from resources.inventory.services import split_unit
from shopfloor.definition import StepDefinition
from shopfloor.models import PieceMove, StepRecord, WorkCard
from shopfloor.services.cards import block_work
from shopfloor.services.loading import Work
from shopfloor.services.moving import lock_cards, move_pieces, open_locked
from shopfloor.services.rework import send_back
from shopfloor.states import Bucket, CardKind, Reaction, StepOutcome


@dataclass(frozen=True, slots=True)
class Reacted:
    """What was done, and the quality record that it made."""

    reaction: str = Reaction.NONE
    nonconformance: Nonconformance | None = None
    deviation: Deviation | None = None


NOTHING = Reacted()


@dataclass(frozen=True, slots=True)
class BadEntry:
    """An entry that is out: of which step and piece, in words."""

    step: StepDefinition
    piece: int | None
    outcome: str
    text: str
    last_good: datetime | None
    loops: int  # how often this piece was sent back before
    at: datetime
    source: str = NonconformanceSource.STEP


def declared(bad: BadEntry, loop_maximum: int) -> str:
    """Which reaction the card declares for this entry. A sample that is out speaks for the whole batch."""
    parameter = bad.step.parameter or {}
    if bad.outcome in (StepOutcome.BELOW, StepOutcome.ABOVE):
        side = "below" if bad.outcome == StepOutcome.BELOW else "above"
        reaction = bad.step.reaction.get(side) or _default(parameter)
    else:
        reaction = Reaction.NONE if bad.step.kind == "clearance" else Reaction.NONCONFORM_UNIT
    if reaction == Reaction.REWORK_LOOP and bad.loops >= loop_maximum:
        reaction = Reaction.NONCONFORM_UNIT
    if reaction == Reaction.NONCONFORM_UNIT and (bad.piece is None or bad.step.rule == "sample"):
        return Reaction.HOLD_BATCH
    return reaction


def _default(parameter: dict[str, Any]) -> str:
    """A card that says nothing: process parameter → deviation, product characteristic → nonconformance."""
    return Reaction.DEVIATION if parameter.get("characteristic") == "process" else Reaction.NONCONFORM_UNIT


def react(this: Act, work: Work, bad: BadEntry) -> Reacted:
    """Carry out the reaction plan within the act of the entry."""
    maximum = int((work.operation.loop or {}).get("maximum") or 0)
    reaction = declared(bad, maximum)
    if reaction == Reaction.DEVIATION:
        return Reacted(reaction, deviation=_deviation(work, bad))
    if reaction == Reaction.STOP:
        deviation = _deviation(work, bad)
        block_work(this, work.card, f"{deviation.number}: {bad.text}")
        return Reacted(reaction, deviation=deviation)
    if reaction == Reaction.NONCONFORM_UNIT:
        return Reacted(reaction, nonconformance=nonconform_pieces(this, work, bad, [bad.piece or 0]))
    if reaction == Reaction.HOLD_BATCH:
        found = nonconform_pieces(this, work, bad, list(work.pieces), whole_lot=True)
        block_work(this, work.card, f"{found.number}: {bad.text}")
        return Reacted(reaction, nonconformance=found)
    if reaction == Reaction.REWORK_LOOP:
        send_back(this, work, bad.piece or 0)
    return Reacted(reaction)


def found_at(work: Work, step_key: str, pieces: list[int]) -> Found:
    """Where on the floor something was found."""
    return Found(
        subject=RecordRef.to(work.card),
        order_number=work.card.order.number,
        card_id=work.card.pk,
        step_key=step_key,
        unit_numbers=tuple(pieces),
    )


def _deviation(work: Work, bad: BadEntry) -> Deviation:
    return raise_deviation(
        actor=work.actor,
        source=DeviationSource.PARAMETER,
        description=bad.text,
        lot_id=work.card.lot_id,
        found=found_at(work, bad.step.key, [bad.piece] if bad.piece else list(work.pieces)),
        departure=Departure(interval_from=bad.last_good or work.card.started_at, interval_until=bad.at),
    )


def nonconform_pieces(
    this: Act, work: Work, bad: BadEntry, pieces: list[int], *, whole_lot: bool = False, source: str = Bucket.HERE
) -> Nonconformance:
    """Pieces are split off (a serial is its own stock unit), held and moved to the bucket *held*; quality is told.

    What was used or carried away since cannot be split off any more: the lot is held, wherever it is.
    """
    stock_unit_id = None if whole_lot else _split_off(work, len(pieces))
    record = raise_nonconformance(
        actor=work.actor,
        source=bad.source,
        lot_id=work.card.lot_id,
        quantity=Decimal(len(pieces)),
        unit=work.card.order.unit,
        defect_code=_defect_code(bad),
        description=bad.text,
        stock_unit_id=stock_unit_id,
        found=found_at(work, bad.step.key, pieces),
    )
    move_pieces(this, work, source, Bucket.HELD, pieces, PieceMove.Why.HELD, nonconformance_id=record.pk)
    return record


def contain_gone(this: Act, work: Work, bad: BadEntry) -> Reacted:
    """It shows that a piece was out that has left this card: it is held on the card where it lies now.

    Finished already, it is split off the stock and held there, and the last card says so.
    """
    found = contain_lying(this, work, bad, [bad.piece or 0])
    return Reacted(Reaction.NONCONFORM_UNIT, nonconformance=found[0] if found else None)


def contain_lying(this: Act, work: Work, bad: BadEntry, pieces: Sequence[int]) -> list[Nonconformance]:
    """Hold these pieces where each lies now: on the card it is at, or as finished goods. One nonconformance for each card.

    What is scrapped, held or in rework already is not held twice.
    """
    cards = WorkCard.objects.filter(batch_id=work.card.batch_id, unit_id=work.card.unit_id)
    made = []
    last = work.definition.last[-1]
    for card in lock_cards(cards.order_by("pk")):
        there = open_locked(card, work.actor)
        here = [piece for piece in pieces if piece in there.balance.here]
        finished = card.kind == CardKind.NORMAL and card.operation == last
        good = [piece for piece in pieces if finished and piece in there.balance.pieces(Bucket.GOOD)]
        if here:
            made.append(nonconform_pieces(this, there, bad, here))
        if good:
            made.append(nonconform_pieces(this, there, bad, good, source=Bucket.GOOD))
    return made


def _split_off(work: Work, count: int) -> int | None:
    """The stock unit of just these pieces; None when they are not in it any more."""
    if work.card.unit_id and work.card.unit:
        return int(work.card.unit.stock_unit_id)
    source = work.card.nonconformance.stock_unit_id if work.card.nonconformance else None
    source = source or work.card.batch.stock_unit_id
    if source is None or not StockUnit.objects.filter(pk=source, quantity__gte=count).exists():
        return None
    rule = Actor(None, "system:reaction plan", work.actor.station, work.actor.session, work.actor.language)
    part = split_unit(
        actor=rule, stock_unit_id=int(source or 0), quantity=Decimal(count), reason=_("Split off: not conforming"),
        card_id=work.card.pk,
    )  # fmt: skip
    return int(part.pk)


def _defect_code(bad: BadEntry) -> str:
    name = str((bad.step.parameter or {}).get("code") or bad.step.key)
    return f"{name}-{bad.outcome}"[:60]


def last_good_of(records: list[StepRecord], step_key: str) -> datetime | None:
    """When this step was last recorded within limits on this card."""
    good = [r.captured_at for r in records if r.step_key == step_key and r.outcome == StepOutcome.IN]
    return good[-1] if good else None
