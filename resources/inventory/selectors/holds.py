"""Which holds are open on what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from foundation.core import events
from resources.inventory.models import Hold, Lot, StockUnit
from resources.inventory.selectors.trace import ancestors_of, trace_ids
from resources.inventory.states import HoldKind

LOT_CONTEXT = "inventory.lot_context"


@dataclass(frozen=True, slots=True)
class LotContext:
    """What the floor answers about lots (provider of ``inventory.lot_context``), for holds on orders and equipment.

    ``orders``: (model label, id) of what the lot was made by. ``equipment``: (equipment id, from, until) of what it was made
    or measured with.
    """

    lot_id: int
    orders: tuple[tuple[str, int], ...] = ()
    equipment: tuple[tuple[int, datetime, datetime], ...] = ()


def open_holds_on(stock_unit: StockUnit) -> list[Hold]:
    """Every open hold that blocks this container, oldest first: on itself, its lot or batch, its item, its supplier's lot or
    one that went into it, its order, its equipment. One query when nothing is held; the lot should be loaded.
    """
    return holds_of_units([stock_unit])[stock_unit.pk]


def holds_of_units(stock_units: Sequence[StockUnit]) -> dict[int, list[Hold]]:
    """`open_holds_on` for many containers at once, by their id; the number of queries does not grow with them."""
    lots = {unit.lot_id: unit.lot for unit in stock_units}
    rows = _candidates(stock_units, lots.values())
    far = [hold for hold in rows if hold.with_descendants]
    origins = _origins(far, lots) if far else {}
    contexts = _contexts(rows, lots)
    return {
        unit.pk: [hold for hold in rows if _catches(hold, unit, origins.get(unit.lot_id, set()), contexts)]
        for unit in stock_units
    }


def _candidates(stock_units: Sequence[StockUnit], lots: Iterable[Lot]) -> list[Hold]:
    """Open holds that name one of these directly, or that reach further than their target."""
    known = list(lots)
    wide = Q(with_descendants=True) | Q(kind__in=[HoldKind.ORDER, HoldKind.EQUIPMENT])
    direct = (
        Q(stock_unit__in=[unit.pk for unit in stock_units])
        | Q(lot__in=[lot.pk for lot in known] + [lot.parent_lot_id for lot in known if lot.parent_lot_id])
        | Q(item__in={lot.item_id for lot in known})
    )
    return list(Hold.objects.open().filter(wide | direct).select_related("lot", "stock_unit", "item").order_by("pk"))


def _origins(far: Sequence[Hold], lots: dict[int, Lot]) -> dict[int, set[tuple[str, object]]]:
    """For each lot, by what it and its ancestors could be caught: ("lot", id) and ("supplier_lot", (supplier, number))."""
    ancestors = ancestors_of(list(lots))
    every = set(lots).union(*ancestors.values())
    suppliers = {(hold.supplier_id, hold.supplier_lot) for hold in far if hold.kind == HoldKind.SUPPLIER_LOT}
    from_supplier = {
        pk: (supplier, number)
        for pk, supplier, number in Lot.objects.filter(
            pk__in=every, supplier_id__in={supplier for supplier, _number in suppliers}
        ).values_list("pk", "supplier_id", "supplier_lot")
    }
    return {
        lot_id: {("lot", one) for one in (lot_id, *reached)}
        | {("supplier_lot", from_supplier[one]) for one in (lot_id, *reached) if one in from_supplier}
        for lot_id, reached in ((lot_id, ancestors.get(lot_id, set())) for lot_id in lots)
    }


def _contexts(rows: Sequence[Hold], lots: dict[int, Lot]) -> dict[int, list[LotContext]]:
    """Asked only when an order or equipment is held: who made these lots, on what?"""
    found: dict[int, list[LotContext]] = {}
    if any(hold.kind in (HoldKind.ORDER, HoldKind.EQUIPMENT) for hold in rows):
        for answers in events.ask(LOT_CONTEXT, sorted(lots)):
            for context in answers:
                found.setdefault(context.lot_id, []).append(context)
    return found


def _catches(
    hold: Hold, unit: StockUnit, origins: set[tuple[str, object]], contexts: dict[int, list[LotContext]]
) -> bool:
    if hold.kind == HoldKind.STOCK_UNIT:
        return hold.stock_unit_id == unit.pk
    if hold.kind == HoldKind.ITEM:
        return hold.item_id == unit.lot.item_id
    if hold.kind == HoldKind.SUPPLIER_LOT:
        return ("supplier_lot", (hold.supplier_id, hold.supplier_lot)) in origins
    if hold.kind == HoldKind.LOT:
        return hold.lot_id in (unit.lot_id, unit.lot.parent_lot_id) or (
            hold.with_descendants and ("lot", hold.lot_id) in origins
        )
    return any(_catches_context(hold, context) for context in contexts.get(unit.lot_id, ()))


def _catches_context(hold: Hold, context: LotContext) -> bool:
    if hold.kind == HoldKind.ORDER:
        return (hold.ref_label, hold.ref_id) in context.orders
    return any(
        equipment == hold.equipment_id
        and (hold.begins is None or until >= hold.begins)
        and (hold.ends is None or since <= hold.ends)
        for equipment, since, until in context.equipment
    )


def hold_list(text: str = "", *, state: str = "open", kind: str = "") -> QuerySet[Hold]:
    """Holds, newest first: ``state`` open, lifted or "" (all); ``text`` in reason, numbers of the target or the source."""
    rows: QuerySet[Hold] = Hold.objects.select_related("stock_unit", "lot", "item", "supplier", "equipment").order_by(
        "-pk"
    )
    if state == "open":
        rows = rows.filter(lifted_at=None)
    elif state == "lifted":
        rows = rows.exclude(lifted_at=None)
    if kind:
        rows = rows.filter(kind=kind)
    if text:
        rows = rows.filter(
            Q(reason__icontains=text)
            | Q(source_number__icontains=text)
            | Q(supplier_lot__icontains=text)
            | Q(ref_number__icontains=text)
            | Q(lot__number__icontains=text)
            | Q(lot__serial__icontains=text)
            | Q(stock_unit__container__icontains=text)
            | Q(item__number__icontains=text)
        )
    return rows


def lots_held_by(hold: Hold, among: QuerySet[Lot] | None = None) -> list[Lot]:
    """Every lot (of these) that this hold stops (or stopped), by number: the target's, their serials, and what was made of them.

    For an order or equipment: what the floor says. For an item all its lots: asked of the item's stock instead, so empty.
    """
    rows = Lot.objects.all() if among is None else among
    if hold.kind == HoldKind.ITEM:
        return []
    if hold.kind in (HoldKind.ORDER, HoldKind.EQUIPMENT):
        return list(rows.filter(pk__in=_lots_by_context(hold)).select_related("item").order_by("pk"))
    if hold.kind == HoldKind.SUPPLIER_LOT:
        found = Lot.objects.filter(supplier=hold.supplier, supplier_lot=hold.supplier_lot)
        start = list(found.values_list("pk", flat=True))
    else:
        lot_id = hold.stock_unit.lot_id if hold.stock_unit else hold.lot_id
        start = [lot_id] if lot_id else []
    if hold.kind == HoldKind.LOT:
        start += Lot.objects.filter(parent_lot_id=hold.lot_id).values_list("pk", flat=True)
    reached = trace_ids(start, "down") if hold.with_descendants else start
    return list(rows.filter(pk__in=reached).select_related("item").order_by("pk"))


def _lots_by_context(hold: Hold) -> set[int]:
    """The provider answers about given lots, so ask about those that are in stock here."""
    here = sorted(set(StockUnit.objects.present().values_list("lot_id", flat=True)))
    answers = [context for found in events.ask(LOT_CONTEXT, here) for context in found]
    return {context.lot_id for context in answers if _catches_context(hold, context)}
