"""Move pieces: between the buckets of a card, and on to the next operation. The only place that writes `PieceMove`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from foundation.records.act import Act
from shopfloor.definition import Definition, definition_of
from shopfloor.events import WorkOrderCompleted
from shopfloor.exceptions import NotPossible
from shopfloor.models import CardEvent, PieceMove, WorkCard, WorkOrder
from shopfloor.pieces import Balance, fold
from shopfloor.services.loading import JOINED, Work, moves_of
from shopfloor.states import CARD, ORDER, SETTLED_STATES, Bucket, CardKind, CardState, OrderState

Why = PieceMove.Why


def move_pieces(
    this: Act,
    work: Work,
    source: str,
    target: str,
    pieces: Sequence[int],
    why: str,
    *,
    report: Any = None,
    nonconformance_id: int | None = None,
) -> None:
    """Pieces of the locked card from one bucket to another. NotPossible when one of them is not in the first."""
    if not pieces:
        return
    _check(work.card, work.balance, source, pieces)
    move = _move(this, work.card, source, target, pieces, why, report, nonconformance_id)
    move.save()
    work.add_moves([move])


def _check(card: WorkCard, balance: Balance, source: str, pieces: Sequence[int]) -> None:
    there = balance.pieces(source) if source != Bucket.OUTSIDE else None
    missing = (
        [piece for piece in pieces if piece not in there]
        if there is not None
        else [piece for piece in pieces if piece in balance.all_pieces]
    )
    if missing:
        raise NotPossible(
            _("Pieces %(pieces)s of %(card)s are not there to be moved.")
            % {"pieces": ", ".join(map(str, missing)), "card": card.number},
            code="piece-not-here",
            details={"pieces": missing},
        )


def _move(
    this: Act,
    card: WorkCard,
    source: str,
    target: str,
    pieces: Sequence[int],
    why: str,
    report: Any = None,
    nonconformance_id: int | None = None,
) -> PieceMove:
    return PieceMove(
        card=card,
        source=source,
        target=target,
        quantity=len(pieces),
        pieces=sorted(pieces),
        why=why,
        report=report,
        nonconformance_id=nonconformance_id,
        at=this.at,
    )


def change_state(this: Act, card: WorkCard, event: str, *, reason: str = "", data: Any = None) -> CardEvent:
    """Move the card along its table, and keep the fact. The caller has asked policy and gates."""
    row = CARD.next(card.state, event, reason=reason)
    source = card.state
    card.state = CardState(row.target)
    card.save()
    return note_event(this, card, event, source=source, reason=reason, data=data)


def note_event(
    this: Act, card: WorkCard, event: str, *, source: str = "", reason: str = "", data: Any = None
) -> CardEvent:
    """A fact of the card's life."""
    fact = CardEvent(
        card=card,
        event=event,
        source=source or card.state,
        target=card.state,
        person_id=this.actor.user_id,
        person_name=this.actor.name,
        station=this.actor.station,
        equipment_id=card.equipment_id,
        reason=reason,
        data=data or {},
        at=this.at,
    )
    fact.save()
    return fact


def arrive(this: Act, card: WorkCard, pieces: Sequence[int], why: str = Why.ARRIVED) -> None:
    """Pieces come to a card (locked); enough of them open it. The transfer quantity says how many are enough."""
    moves = moves_of(card)
    balance = fold(moves)
    _check(card, balance, Bucket.OUTSIDE, pieces)
    move = _move(this, card, Bucket.OUTSIDE, Bucket.HERE, pieces, why)
    move.save()
    if card.state == CardState.WAITING and enough_arrived(card, fold([*moves, move])):
        change_state(this, card, "open")
    elif card.state == CardState.COMPLETED:
        change_state(this, card, "reopen")


def enough_arrived(card: WorkCard, balance: Balance) -> bool:
    """The transfer quantity of the operation before, or everything that can still come."""
    definition = definition_of(card.process_card_id)
    before = definition.operation(card.operation).predecessors
    if card.unit_id or card.kind == CardKind.REWORK or not before:
        return balance.count(Bucket.HERE) > 0
    wanted = [definition.operation(number).transfer_quantity for number in before]
    enough = max((quantity for quantity in wanted if quantity), default=card.batch.quantity)
    return balance.arrived >= enough or not _more_can_come(card, before)


def _more_can_come(card: WorkCard, before: Sequence[int]) -> bool:
    cards = WorkCard.objects.filter(batch_id=card.batch_id, operation__in=before, kind=CardKind.NORMAL)
    return any(balance.count(Bucket.HERE) for balance in balances_of(list(cards)).values())


def balances_of(cards: Sequence[WorkCard]) -> dict[int, Balance]:
    """Balances of many cards by id, in one query."""
    moves: dict[int, list[PieceMove]] = {card.pk: [] for card in cards}
    for move in PieceMove.objects.filter(card__in=[card.pk for card in cards]).order_by("id"):
        moves[move.card_id].append(move)
    return {pk: fold(rows) for pk, rows in moves.items()}


def lock_cards(rows: Any, joined: Sequence[str] = JOINED) -> list[WorkCard]:
    """Cards locked in the order of their keys, with what is read beside them."""
    found: list[WorkCard] = list(
        rows.select_for_update(of=("self",), no_key=True).select_related(*joined).order_by("pk")
    )
    return found


def move_on(this: Act, work: Work, pieces: Sequence[int]) -> None:
    """Good pieces go to what follows: the next operations, or for a rework card the rest of the way and its origin."""
    if work.card.kind == CardKind.REWORK:
        _rework_on(this, work, pieces)
        return
    following = work.definition.successors[work.operation.number]
    cards = WorkCard.objects.filter(
        batch_id=work.card.batch_id, unit_id=work.card.unit_id, operation__in=following, kind=CardKind.NORMAL
    )
    for card in lock_cards(cards):
        ready = _delivered_by_all(card, work.definition, pieces)
        if ready:
            arrive(this, card, ready)


def _delivered_by_all(card: WorkCard, definition: Definition, pieces: Sequence[int]) -> list[int]:
    """Of these pieces, those that every operation before the card has made good."""
    before = definition.operation(card.operation).predecessors
    if len(before) == 1:
        return list(pieces)
    cards = list(
        WorkCard.objects.filter(
            batch_id=card.batch_id, unit_id=card.unit_id, operation__in=before, kind=CardKind.NORMAL
        )
    )
    good = [set(balance.pieces(Bucket.GOOD)) for balance in balances_of(cards).values()]
    return [piece for piece in pieces if len(good) == len(before) and all(piece in one for one in good)]


def _rework_on(this: Act, work: Work, pieces: Sequence[int]) -> None:
    """On to the next rework card of the same way; after the last one the pieces go back to their origin."""
    card = work.card
    next_card = (
        WorkCard.objects.filter(
            origin=card.origin, rework_cycle=card.rework_cycle, sequence__gt=card.sequence, kind=CardKind.REWORK
        )
        .order_by("sequence")
        .first()
    )
    if next_card is not None:
        [locked] = lock_cards(WorkCard.objects.filter(pk=next_card.pk))
        arrive(this, locked, pieces)
        return
    [origin] = lock_cards(WorkCard.objects.filter(pk=int(card.origin_id or 0)))
    back = open_locked(origin, work.actor)
    if card.operation == origin.operation:  # the operation itself was done again, its readings included
        move_pieces(this, back, Bucket.REWORK, Bucket.GOOD, pieces, Why.RETURNED)
        move_on(this, back, pieces)
    else:
        move_pieces(this, back, Bucket.REWORK, Bucket.HERE, pieces, Why.RETURNED)
        if origin.state == CardState.COMPLETED:
            change_state(this, origin, "reopen")


def open_locked(card: WorkCard, actor: Any) -> Work:
    """A card that the caller locked, as work."""
    moves = moves_of(card)
    definition = definition_of(card.process_card_id)
    return Work(card, actor, definition, definition.operation(card.operation), fold(moves), True, moves)


def settle_order(this: Act, order_id: int) -> None:
    """Complete the order when every piece is accounted for: nothing here, in rework or held on any card of it."""
    order: WorkOrder = WorkOrder.objects.select_for_update(no_key=True).get(pk=order_id)
    worked_on = WorkCard.objects.filter(order_id=order_id).exclude(state__in=[*SETTLED_STATES, CardState.WAITING])
    if order.state != OrderState.IN_PROCESS or worked_on.exists():
        return
    cards = list(WorkCard.objects.filter(order_id=order_id).select_related(*JOINED).order_by("pk"))
    balances = balances_of(cards)
    if any(balances[card.pk].count(bucket) for card in cards for bucket in (Bucket.HERE, Bucket.REWORK, Bucket.HELD)):
        return
    unreached = [card for card in cards if card.state == CardState.WAITING and not balances[card.pk].arrived]
    if any(card.state not in SETTLED_STATES for card in cards if card not in unreached):
        return
    for card in unreached:
        change_state(this, card, "cancel", reason=_("No piece reached this operation."))
    _complete_order(this, order, cards, balances)


def _complete_order(this: Act, order: WorkOrder, cards: Sequence[WorkCard], balances: dict[int, Balance]) -> None:
    row = ORDER.next(order.state, "complete")
    order.state, order.completed_at = OrderState(row.target), this.at
    order.save()
    batch = cards[0].batch
    this.relate(order, batch)
    this.publish(
        WorkOrderCompleted(
            order_id=order.pk,
            number=order.number,
            batch_id=batch.pk,
            lot_id=batch.lot_id,
            good=sum(made_by(order, cards, balances)),
        )
    )


def made_by(order: WorkOrder, cards: Sequence[WorkCard], balances: dict[int, Balance]) -> list[int]:
    """Good pieces of the cards of the last operation."""
    if order.process_card_id is None:
        return [0]
    last = definition_of(order.process_card_id).last[-1]
    return [
        balances[card.pk].count(Bucket.GOOD)
        for card in cards
        if card.kind == CardKind.NORMAL and card.operation == last
    ]
