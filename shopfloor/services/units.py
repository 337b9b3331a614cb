"""Complete many serials of one operation in one act, set-based: each gate is asked once per distinct lot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.canonical import decimal_text
from foundation.core.errors import NotFound
from foundation.core.refs import RecordRef
from foundation.core.units import convert
from foundation.core.words import unit_words
from foundation.records.act import Act, act
from foundation.records.models import update_tracked
from foundation.records.services import Credentials, ToSign, sign
from resources.inventory.models import GenealogyLink, StockUnit
from resources.inventory.selectors import holds_of_units
from resources.inventory.services import Consumption, consume_many
from resources.inventory.states import LinkKind
from shopfloor.definition import Definition, Line, OperationDefinition, definition_of
from shopfloor.events import CardCompleted
from shopfloor.exceptions import Conflict, EntryNotValid, NotPossible
from shopfloor.gates import Asked, ask_gates, container_answer, require_open, with_override
from shopfloor.models import CardEvent, PieceMove, ProductionBatch, WorkCard
from shopfloor.policies import WORK
from shopfloor.services.loading import JOINED
from shopfloor.services.moving import balances_of, lock_cards, settle_order
from shopfloor.states import CARD, ORDER, Bucket, CardKind, CardState, OrderState


@dataclass(frozen=True, slots=True)
class UnitsDone:
    """What one act completed."""

    cards: list[WorkCard]
    links: int


def complete_units(
    *,
    actor: Actor,
    batch_id: int,
    operation: int,
    units: Sequence[int],
    containers: Mapping[str, Sequence[str]],
    credentials: Credentials,
) -> UnitsDone:
    """Serials (numbers in the batch) of an operation whose steps are material scans and instructions, done together.

    ``containers``: for each position the container codes, used up in this order over the units in their order. All or
    nothing; one ledger entry; each container's gate is asked once; every unit gets links of its own. NotPossible when the
    operation asks for entries per unit, when a card is not ready; Conflict when one is completed already. The signature is
    one act over the displayed list: one row per card.
    """
    with act(actor=actor, verb="shopfloor.units.completed") as this:
        batch = ProductionBatch.objects.select_related("order").filter(pk=batch_id).first()
        if batch is None:
            raise NotFound.here()
        this.about(batch)
        require(actor, WORK, batch.order.site_id)
        cards = _cards(batch, operation, units)
        definition = definition_of(cards[0].process_card_id)
        step_definition = definition.operation(operation)
        _check_simple(step_definition)
        _ask_gates(actor, cards, definition, step_definition)
        rows = _allocate(cards, definition, step_definition, containers)
        links = consume_many(actor=actor, rows=rows)
        _sign(actor, cards, credentials)
        _complete(this, cards)
        _hand_on(this, cards, definition, operation)
        this.note(operation=operation, units=[card.unit.lot.serial for card in cards if card.unit], links=len(links))
        this.publish(CardCompleted(card_id=cards[-1].pk, number=cards[-1].number, order_number=batch.order.number))
        _settle(this, batch)
    return UnitsDone(cards, len(links))


def _cards(batch: ProductionBatch, operation: int, units: Sequence[int]) -> list[WorkCard]:
    wanted = set(units)
    cards = lock_cards(
        WorkCard.objects.filter(
            batch=batch, operation=operation, kind=CardKind.NORMAL, unit__number__in=sorted(wanted)
        ),
        ("order", "batch", "unit__lot", "unit__stock_unit"),
    )
    if not wanted or len(cards) != len(wanted):
        raise EntryNotValid(_("Name serials of this batch."), code="not-found", field="units")
    done = [card.number for card in cards if card.state == CardState.COMPLETED]
    if done:
        raise Conflict(
            _("%(card)s is completed already.") % {"card": done[0]},
            code="already-completed",
            details={"completed": done[:50], "input": {"units": sorted(wanted)[:50]}},
        )
    for card in cards:
        CARD.next(card.state, "complete_together")
    return cards


def _check_simple(operation: OperationDefinition) -> None:
    """Only what needs no entry of its own can be done together; a reading or a check is made unit by unit."""
    if operation.first_piece or operation.hold_point:
        raise NotPossible(_("First piece and hold point are made unit by unit."), code="unit-by-unit")
    for step in operation.steps:
        if step.kind not in ("material_scan", "instruction") or step.second_check:
            raise NotPossible(_("Step %(step)s is recorded unit by unit.") % {"step": step.key}, code="unit-by-unit")


def _ask_gates(actor: Actor, cards: Sequence[WorkCard], definition: Definition, operation: OperationDefinition) -> None:
    """Person, machine, method, environment and order are the same for all: asked of the first card."""
    require_open(ask_gates(Asked(cards[0], definition, operation, actor.user_id), "start"))
    _ask_holds(actor, cards, definition, operation)


def _ask_holds(actor: Actor, cards: Sequence[WorkCard], definition: Definition, operation: OperationDefinition) -> None:
    """What belongs to each serial: holds on its own stock unit and on what is built into it, looked for at once."""
    own = [card.unit.stock_unit for card in cards if card.unit]
    for card in cards:
        if card.unit:
            card.unit.stock_unit.lot = card.unit.lot  # loaded once
    links = GenealogyLink.objects.filter(produced_lot_id__in=[card.lot_id for card in cards], kind=LinkKind.CONSUME)
    built_in = StockUnit.objects.select_related("lot").filter(pk__in=links.values("stock_unit"))
    if any(holds_of_units([*own, *built_in]).values()):
        for card in cards:
            require_open(ask_gates(Asked(card, definition, operation, actor.user_id), "step"))


def _allocate(
    cards: Sequence[WorkCard],
    definition: Definition,
    operation: OperationDefinition,
    containers: Mapping[str, Sequence[str]],
) -> list[Consumption]:
    """Each position's containers over the units, in order; a unit may take from two."""
    found = {
        unit.container: unit
        for unit in StockUnit.objects.select_related("lot__item", "lot__supplier", "place").filter(
            container__in={code for codes in containers.values() for code in codes}
        )
    }
    rows: list[Consumption] = []
    for step in operation.steps:
        for position in step.positions:
            line = definition.line(operation.number, position)
            if line.made_here or (line.optional and position not in containers):
                continue
            usable = [_usable(found, code, line, cards) for code in containers.get(position, ())]
            rows += _spread(cards, line, step.key, usable)
    return rows


def _usable(found: Mapping[str, StockUnit], code: str, line: Line, cards: Sequence[WorkCard]) -> StockUnit:
    """The container, its gate asked once; where it is closed, every card needs a decision of its own."""
    unit = found.get(code)
    if unit is None:
        raise EntryNotValid(_("No container has the code “%(code)s”.") % {"code": code}, field="containers")
    answer = container_answer(unit, line)
    require_open([answer] if answer.open else [with_override(card, answer) for card in cards])
    return unit


def _spread(cards: Sequence[WorkCard], line: Line, step_key: str, units: Sequence[StockUnit]) -> list[Consumption]:
    """Each unit takes what it needs from the first container that has some left."""
    need = line.needed(1)
    stock: list[tuple[int, Decimal]] = [
        (unit.pk, convert(unit.quantity, unit.unit, line.unit)) for unit in reversed(units)
    ]
    rows: list[Consumption] = []
    for card in cards:
        missing = need
        while missing > 0:
            if not stock:
                raise EntryNotValid(
                    _("The containers for %(position)s are not enough: %(need)s %(unit)s per unit.")
                    % {"position": line.position, "need": decimal_text(need), "unit": unit_words(line.unit)},
                    code="not-enough",
                    field="containers",
                )
            stock_unit_id, there = stock.pop()
            part = min(missing, there)
            if part > 0:
                rows.append(Consumption(stock_unit_id, part, card.lot_id, card.pk, step_key, line.position, line.unit))
            missing -= part
            if there > part:
                stock.append((stock_unit_id, there - part))
    return rows


def together_subjects(cards: Sequence[WorkCard]) -> list[ToSign]:
    """The displayed list, in the order of the cards: one signature each."""
    return [ToSign(RecordRef.to(card), together_content(card)) for card in cards]


def _sign(actor: Actor, cards: Sequence[WorkCard], credentials: Credentials) -> None:
    subjects = together_subjects(cards)
    signatures = sign(actor=actor, credentials=credentials, meaning="performed", subjects=subjects)
    if signatures[0].signer_id != actor.user_id:
        raise EntryNotValid(_("Who performed the work signs it."), code="other-signer", field="identity")


def together_content(card: WorkCard) -> dict[str, object]:
    """What one line of the displayed list says."""
    return {
        "schema": "work-card-together/1",
        "card": card.number,
        "operation": card.operation,
        "serial": card.unit.lot.serial if card.unit else "",
        "process_card": card.process_card_id,
    }


def _complete(this: Act, cards: Sequence[WorkCard]) -> None:
    sources = {card.pk: card.state for card in cards}
    update_tracked(
        WorkCard,
        cards,
        state=CardState.COMPLETED,
        started_at=this.at,
        completed_at=this.at,
    )
    CardEvent.objects.bulk_create(
        [
            CardEvent(
                card=card,
                event="complete_together",
                source=sources[card.pk],
                target=CardState.COMPLETED,
                person_id=this.actor.user_id,
                person_name=this.actor.name,
                station=this.actor.station,
                at=this.at,
            )
            for card in cards
        ],
        batch_size=2000,
    )
    _write_moves(this, cards, Bucket.HERE, Bucket.GOOD, PieceMove.Why.REPORTED)


def _write_moves(this: Act, cards: Sequence[WorkCard], source: str, target: str, why: str) -> None:
    PieceMove.objects.bulk_create(
        [
            PieceMove(
                card=card, source=source, target=target, quantity=1, pieces=[card.unit.number], why=why, at=this.at
            )
            for card in cards
            if card.unit
        ],
        batch_size=2000,
    )


def _hand_on(this: Act, cards: Sequence[WorkCard], definition: Definition, operation: int) -> None:
    """The units arrive at the operations that follow."""
    following = definition.successors[operation]
    if not following:
        return
    next_cards = lock_cards(
        WorkCard.objects.filter(
            unit_id__in=[card.unit_id for card in cards], operation__in=following, kind=CardKind.NORMAL
        ),
        ("unit",),
    )
    ready = _all_before_good(next_cards, definition)
    _write_moves(this, ready, Bucket.OUTSIDE, Bucket.HERE, PieceMove.Why.ARRIVED)
    opened = [card for card in ready if card.state == CardState.WAITING]
    if opened:
        update_tracked(WorkCard, opened, state=CardState.READY)


def _all_before_good(cards: Sequence[WorkCard], definition: Definition) -> list[WorkCard]:
    joins = [card for card in cards if len(definition.operation(card.operation).predecessors) > 1]
    if not joins:
        return list(cards)
    before = list(
        WorkCard.objects.filter(unit_id__in=[card.unit_id for card in joins], kind=CardKind.NORMAL).select_related(
            *JOINED
        )
    )
    balances = balances_of(before)
    good = {(card.unit_id, card.operation) for card in before if balances[card.pk].count(Bucket.GOOD)}
    return [
        card
        for card in cards
        if all((card.unit_id, number) in good for number in definition.operation(card.operation).predecessors)
    ]


def _settle(this: Act, batch: ProductionBatch) -> None:
    order = batch.order
    if order.state == OrderState.DISPATCHED:
        order.state = OrderState(ORDER.next(order.state, "start").target)
        order.save()
    settle_order(this, order.pk)
