"""Orders, travellers, what waits at a station, and what other apps ask of the floor."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, IntegerField, Max, Min, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from bom.models import Tracking
from changecontrol.models import Effectivity
from changecontrol.selectors import CardAnswer, OpenOrder, effective_process_card
from foundation.accounts.models import Station
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotValid, Refusal
from foundation.core.gs1 import what_is
from foundation.core.refs import RecordRef
from foundation.records.models import LedgerEntry
from resources.inventory.selectors.holds import LotContext
from routing.states import Purpose
from shopfloor.definition import definition_of
from shopfloor.models import BatchUnit, ProductionBatch, StepRecord, TravelCard, WorkCard, WorkOrder
from shopfloor.readiness import readiness_of
from shopfloor.services.loading import JOINED
from shopfloor.states import CardState, OrderState

OPEN_CARDS = (
    CardState.RUNNING,
    CardState.FIRST_PIECE_PENDING,
    CardState.PAUSED,
    CardState.BLOCKED,
    CardState.READY,
)


def order_list(text: str = "", state: str = "") -> QuerySet[WorkOrder]:
    """Orders, newest first; by number or item; of a state."""
    rows: QuerySet[WorkOrder] = WorkOrder.objects.select_related("item", "site", "process_card").defer(
        "process_card__content"
    )
    if text:
        rows = rows.filter(Q(number__icontains=text) | Q(item__number__icontains=text))
    if state:
        rows = rows.filter(state=state)
    return rows.order_by("-pk")


def order_readiness(order: WorkOrder) -> list[dict[str, Any]]:
    """The gates ahead of a dispatched order, as they are now (`shopfloor.readiness`)."""
    if order.process_card_id is None:
        return []
    return readiness_of(order, definition_of(order.process_card_id))


def effective_card_of(order: WorkOrder, at: datetime) -> CardAnswer:
    """The card that dispatch would pin. NoEffectiveCard names the gap.

    For sale: the card for production. Else one approved for trial, when there is one.
    """
    trial = Effectivity.objects.filter(item_id=order.item_id, variant=order.variant, purpose=Purpose.TRIAL)
    purpose = Purpose.TRIAL if order.not_for_sale and trial.exists() else Purpose.PRODUCTION
    return effective_process_card(
        order.item_id, at=at, order_number=order.number, variant=order.variant, purpose=purpose
    )


@dataclass(frozen=True, slots=True)
class ToDispatch:
    """What dispatching an order would make; ``problem`` says why it would make nothing."""

    card_number: str = ""
    cards: int = 0
    travellers: int = 0
    problem: str = ""


def what_dispatch_makes(order: WorkOrder) -> ToDispatch:
    """Asked before the act, so that nobody prints a hundred travellers by one click."""
    try:
        card = effective_card_of(order, clock.now()).card
    except Refusal as refusal:
        return ToDispatch(problem=str(refusal.reason))
    pieces = int(order.quantity) if order.item.tracking == Tracking.SERIAL else 1
    return ToDispatch(card.number, pieces * len(definition_of(card.pk).operations), pieces)


def find_traveller(code: str, among: QuerySet[TravelCard] | None = None) -> TravelCard:
    """The traveller (of these) behind a scanned code, our own label's data or its plain code. NotValid when there is none."""
    scanned = what_is(code)
    rows = TravelCard.objects.all() if among is None else among
    found: TravelCard | None = (
        rows.select_related("batch__order__item", "unit__lot").filter(code=scanned.value).first()
        if scanned.kind in ("traveller", "text")
        else None
    )
    if found is None:
        raise NotValid(_("No traveller has the code “%(code)s”.") % {"code": code[:60]}, code="not-found", field="code")
    return found


def cards_of_traveller(traveller: TravelCard) -> QuerySet[WorkCard]:
    """Its work cards in the order of work, rework cards among them."""
    rows: QuerySet[WorkCard] = WorkCard.objects.filter(batch=traveller.batch, unit=traveller.unit)
    return rows.select_related(*JOINED).order_by("sequence", "pk")


def open_card_for_traveller(
    code: str, station: Station | None = None, among: QuerySet[TravelCard] | None = None
) -> WorkCard:
    """Scanning a traveller at a station opens the card to work on there: one that runs, else a paused, a blocked, a ready
    one; rework first; of the station's work center when it has one. NotValid names what is in the way.
    """
    traveller = find_traveller(code, among)
    running_first = Case(
        *[When(state=state, then=Value(place)) for place, state in enumerate(OPEN_CARDS)], output_field=IntegerField()
    )
    rows = cards_of_traveller(traveller).filter(state__in=OPEN_CARDS).annotate(place=running_first)
    ordered = list(rows.order_by("place", "-kind", "sequence", "pk"))
    here = [
        card for card in ordered if not station or not station.work_center or card.work_center == station.work_center
    ]
    if here:
        return here[0]
    if ordered:
        raise NotValid(
            _("The next operation of %(code)s is at %(place)s.")
            % {"code": traveller.code, "place": ordered[0].work_center or _("another place")},
            code="other-work-center",
            field="code",
            details={"card": ordered[0].pk, "work_center": ordered[0].work_center},
        )
    raise NotValid(
        _("Nothing is open on %(code)s: order %(order)s is %(state)s.")
        % {
            "code": traveller.code,
            "order": traveller.batch.order.number,
            "state": traveller.batch.order.get_state_display(),
        },
        code="nothing-open",
        field="code",
    )


def station_cards(work_center: str = "") -> QuerySet[WorkCard]:
    """What can be worked on (at a work center), running ones first."""
    rows: QuerySet[WorkCard] = WorkCard.objects.filter(state__in=OPEN_CARDS).select_related(*JOINED, "order__item")
    if work_center:
        rows = rows.filter(work_center=work_center)
    return rows.order_by("-started_at", "pk")


def open_orders(item_ids: Collection[int]) -> list[OpenOrder]:
    """Provider of ``changecontrol.open_orders``: dispatched and not finished orders of these items."""
    rows = WorkOrder.objects.filter(
        item_id__in=list(item_ids),
        process_card__isnull=False,
        state__in=[OrderState.DISPATCHED, OrderState.IN_PROCESS, OrderState.HELD],
    ).select_related("process_card")
    return [
        OpenOrder(
            ref=RecordRef.to(order),
            number=order.number,
            item_id=order.item_id,
            card_number=order.process_card.number if order.process_card else "",
            state=str(order.state),
            quantity=order.quantity,
        )
        for order in rows.defer("process_card__content").order_by("pk")
    ]


def lot_context(lot_ids: Sequence[int]) -> list[LotContext]:
    """Provider of ``inventory.lot_context``: by which order lots were made, and on or measured with what, and when."""
    orders: dict[int, list[tuple[str, int]]] = {}
    cards_of: dict[int, int] = {}
    label = WorkOrder._meta.label_lower
    for lot_id, order_id in ProductionBatch.objects.filter(lot_id__in=lot_ids).values_list("lot_id", "order_id"):
        orders.setdefault(lot_id, []).append((label, order_id))
    for lot_id, order_id in BatchUnit.objects.filter(lot_id__in=lot_ids).values_list("lot_id", "batch__order_id"):
        orders.setdefault(lot_id, []).append((label, order_id))
    cards = WorkCard.objects.filter(Q(unit__lot_id__in=lot_ids) | Q(unit=None, batch__lot_id__in=lot_ids))
    for pk, unit_lot, batch_lot in cards.values_list("pk", "unit__lot_id", "batch__lot_id"):
        cards_of[pk] = unit_lot or batch_lot
    equipment: dict[int, list[tuple[int, Any, Any]]] = {}
    used = StepRecord.objects.filter(card_id__in=list(cards_of), equipment__isnull=False)
    for row in used.values("card_id", "equipment_id").annotate(since=Min("captured_at"), until=Max("captured_at")):
        equipment.setdefault(cards_of[row["card_id"]], []).append((row["equipment_id"], row["since"], row["until"]))
    machines = cards.filter(equipment__isnull=False, started_at__isnull=False)
    for pk, equipment_id, since, until in machines.values_list("pk", "equipment_id", "started_at", "completed_at"):
        equipment.setdefault(cards_of[pk], []).append((equipment_id, since, until or since))
    return [
        LotContext(lot_id, tuple(orders.get(lot_id, ())), tuple(equipment.get(lot_id, ())))
        for lot_id in lot_ids
        if lot_id in orders
    ]


def abandoned_values(card: WorkCard) -> list[dict[str, Any]]:
    """Typed values that were given up when the system asked "correct or confirm": shown on the history record.

    From the ledger: each asking keeps the value; those confirmed afterwards are entries and not abandoned.
    """
    asked = LedgerEntry.objects.filter(
        subject_label=WorkCard._meta.label_lower, subject_id=card.pk, data__code="confirm-out-of-limits"
    ).order_by("pk")
    confirmed = {
        (record.step_key, record.unit_no, record.value)
        for record in StepRecord.objects.filter(card=card, confirmed=True)
    }
    rows = []
    for entry in asked:
        details = entry.data.get("details", {})
        key = (entry.data.get("step"), entry.data.get("unit_no"), details.get("value"))
        if key not in confirmed:
            rows.append(
                {"step": key[0], "unit_no": key[1], "value": key[2], "by": entry.actor_name, "at": entry.captured_at}
            )
    return rows


def search(text: str, actor: Actor, limit: int = 10) -> list[WorkOrder | ProductionBatch | TravelCard]:
    """Orders, batches and travellers by number, of those that this reader sees."""
    orders, batches = WorkOrder.objects.visible_to(actor), ProductionBatch.objects.visible_to(actor)
    travellers = TravelCard.objects.visible_to(actor)
    found: list[WorkOrder | ProductionBatch | TravelCard] = []
    found += orders.select_related("item").filter(number__icontains=text).order_by("-pk")[:limit]
    found += batches.select_related("order").filter(number__icontains=text).order_by("-pk")[:limit]
    found += travellers.select_related("batch__order").filter(code__iexact=text).order_by("-pk")[:limit]
    return found[:limit]
