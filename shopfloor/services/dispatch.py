"""Dispatch: pin the card, make batch, serials, stock, travellers and work cards, and look at the gates ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bom.models import Tracking
from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.numbering import next_number, next_numbers
from foundation.records.act import Act, act
from foundation.records.models import bulk_create_tracked
from resources.inventory.models import Place
from resources.inventory.services import Production, open_lot, open_serials, produce, produce_many
from resources.inventory.states import PlaceKind, StockStatus
from shopfloor.definition import Definition, OperationDefinition, definition_of
from shopfloor.events import WorkOrderDispatched
from shopfloor.exceptions import EntryNotValid, NotPossible
from shopfloor.models import BatchUnit, PieceMove, ProductionBatch, TravelCard, WorkCard, WorkOrder
from shopfloor.readiness import readiness_of
from shopfloor.selectors.orders import effective_card_of
from shopfloor.services.orders import lock_order
from shopfloor.services.travellers import print_travellers
from shopfloor.states import ORDER, Bucket, CardState, OrderState


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What dispatch made. ``forecast``: the gates ahead by operation, as `readiness_of` gives them."""

    order: WorkOrder
    batch: ProductionBatch
    travellers: list[TravelCard]
    cards: list[WorkCard]
    forecast: list[dict[str, Any]]


def dispatch_order(*, actor: Actor, order_id: int, serials: Sequence[str] = ()) -> Dispatched:
    """Ask once which process card applies, pin it, and make everything that the floor needs.

    A lot-tracked item gets one lot in process and one traveller; a serial-numbered one a lot, a stock unit and a traveller
    per serial (``serials`` given, or numbered). NoEffectiveCard names the gap; NotPossible for a trial card on an order
    for sale. The forecast of the gates does not refuse: it warns (domain: Execution).
    """
    with act(actor=actor, verb="shopfloor.order.dispatched") as this:
        order = lock_order(order_id)
        this.about(order)
        require(actor, "shopfloor.dispatch_order", order.site_id)
        row = ORDER.next(order.state, "dispatch")
        answer = effective_card_of(order, this.at)
        definition = definition_of(answer.card.pk)
        if definition.purpose == "trial" and not order.not_for_sale:
            raise NotPossible(
                _("%(card)s is approved for trial; nothing for sale is built to it.") % {"card": definition.number},
                code="trial-card",
            )
        order.process_card_id = answer.card.pk
        order.effectivity_id = getattr(answer.effectivity, "pk", None)
        order.state, order.dispatched_at = OrderState(row.target), this.at
        order.save()
        batch, units = _make_batch(this, order, definition, serials)
        cards = _make_cards(this, order, batch, units, definition)
        travellers = _make_travellers(batch, units)
        print_travellers(actor=actor, order=order, definition=definition, travellers=travellers)
        forecast = readiness_of(order, definition)
        this.relate(batch, *travellers[:50])
        this.note(process_card=definition.number, content_hash=definition.content_hash, forecast=forecast)
        this.publish(
            WorkOrderDispatched(
                order_id=order.pk, number=order.number, batch_id=batch.pk, process_card_id=definition.card_id
            )
        )
    return Dispatched(order, batch, travellers, cards, forecast)


def _make_batch(
    this: Act, order: WorkOrder, definition: Definition, serials: Sequence[str]
) -> tuple[ProductionBatch, list[BatchUnit]]:
    number = next_number("shopfloor.batch", prefix="B")
    lot = open_lot(actor=this.actor, item_id=order.item_id, number=number, built_to_card=definition.card_id)
    batch = ProductionBatch(order=order, number=number, lot=lot, quantity=int(order.quantity))
    place = _production_place(order)
    if order.item.tracking != Tracking.SERIAL:
        batch.stock_unit = produce(
            actor=this.actor, lot_id=lot.pk, quantity=order.quantity, place=place, status=StockStatus.IN_PROCESS
        )
        batch.save()
        return batch, []
    batch.save()
    return batch, _make_units(this, batch, place, _serial_numbers(order, serials))


def _production_place(order: WorkOrder) -> Place:
    place: Place | None = (
        Place.objects.filter(site_id=order.site_id, kind=PlaceKind.PRODUCTION, active=True).order_by("pk").first()
    )
    if place is None:
        raise NotPossible(
            _("Site %(site)s has no production place.") % {"site": order.site.code}, code="no-production-place"
        )
    return place


def _serial_numbers(order: WorkOrder, given: Sequence[str]) -> list[str]:
    count = int(order.quantity)
    if not given:
        return next_numbers("shopfloor.serial", count, prefix="SN")
    if len(given) != count:
        raise EntryNotValid(
            _("%(count)s serial numbers are needed, %(given)s were given.") % {"count": count, "given": len(given)},
            field="serials",
        )
    return [serial.strip() for serial in given]


def _make_units(this: Act, batch: ProductionBatch, place: Place, serials: list[str]) -> list[BatchUnit]:
    lots = open_serials(actor=this.actor, parent_lot_id=batch.lot_id, serials=serials)
    stock = produce_many(actor=this.actor, rows=[Production(lot.pk, Decimal(1)) for lot in lots], place=place)
    rows = [
        BatchUnit(batch=batch, number=number, lot=lot, stock_unit=stock_unit)
        for number, (lot, stock_unit) in enumerate(zip(lots, stock, strict=True), start=1)
    ]
    made: list[BatchUnit] = BatchUnit.objects.bulk_create(rows, batch_size=1000)
    return made


def _make_cards(
    this: Act, order: WorkOrder, batch: ProductionBatch, units: Sequence[BatchUnit], definition: Definition
) -> list[WorkCard]:
    """One card per operation and batch, or per operation and serial; the first operations have their pieces at once."""
    owners: list[BatchUnit | None] = list(units) or [None]
    rows = [
        _card(order, batch, unit, definition, operation, sequence)
        for unit in owners
        for sequence, operation in enumerate(definition.operations, start=1)
    ]
    cards: list[WorkCard] = bulk_create_tracked(WorkCard, rows)
    moves = [
        PieceMove(
            card=card,
            source=Bucket.OUTSIDE,
            target=Bucket.HERE,
            quantity=1 if card.unit else batch.quantity,
            pieces=[card.unit.number] if card.unit else list(range(1, batch.quantity + 1)),
            why=PieceMove.Why.ARRIVED,
            at=this.at,
        )
        for card in cards
        if card.state == CardState.READY
    ]
    PieceMove.objects.bulk_create(moves, batch_size=1000)
    return cards


def _card(
    order: WorkOrder,
    batch: ProductionBatch,
    unit: BatchUnit | None,
    definition: Definition,
    operation: OperationDefinition,
    sequence: int,
) -> WorkCard:
    number = f"{order.number}-{operation.number}" + (f"-{unit.number}" if unit else "")
    return WorkCard(
        number=number,
        order=order,
        batch=batch,
        unit=unit,
        process_card_id=definition.card_id,
        operation=operation.number,
        sequence=sequence,
        work_center=operation.work_center,
        state=CardState.WAITING if operation.predecessors else CardState.READY,
    )


def _make_travellers(batch: ProductionBatch, units: Sequence[BatchUnit]) -> list[TravelCard]:
    """A code for the batch, or one for each serial."""
    owners: list[BatchUnit | None] = list(units) or [None]
    codes = next_numbers("shopfloor.traveller", len(owners), prefix="T")
    rows = [TravelCard(code=code, batch=batch, unit=unit) for code, unit in zip(codes, owners, strict=True)]
    made: list[TravelCard] = bulk_create_tracked(TravelCard, rows)
    return made
