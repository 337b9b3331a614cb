"""From what a person typed or scanned to lots."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.gs1 import what_is
from resources.inventory.models import Lot, StockUnit
from resources.inventory.selectors.stock import unit_by_container


def lots_named(text: str, among: QuerySet[Lot] | None = None) -> list[Lot]:
    """The lots (of these) that this number names exactly: lot, serial, supplier's lot, container, or what a UDI says."""
    rows = Lot.objects.all() if among is None else among
    words = text.strip()
    if not words:
        return []
    names = {words}
    try:
        scanned = what_is(words)
    except NotValid:
        scanned = None
    if scanned is not None:
        unit = unit_by_container(words)
        if unit is not None:
            return list(rows.filter(pk=unit.lot_id).select_related("item", "supplier"))
        names |= {scanned.fields[ai] for ai in ("21", "10") if ai in scanned.fields}
    found = rows.filter(Q(number__in=names, serial="") | Q(serial__in=names) | Q(supplier_lot__in=names))
    return list(found.select_related("item", "supplier").order_by("pk")[:200])


def lots_like(text: str, actor: Actor, limit: int = 20) -> list[Lot]:
    """Lots whose number, serial or supplier's lot contains the text, newest first."""
    return list(Lot.objects.visible_to(actor).matching(text).select_related("item").order_by("-pk")[:limit])


def units_like(text: str, actor: Actor, limit: int = 20) -> list[StockUnit]:
    """Containers whose number contains the text, newest first."""
    found = StockUnit.objects.visible_to(actor).filter(container__icontains=text.strip())
    return list(found.select_related("lot__item").order_by("-pk")[:limit])
