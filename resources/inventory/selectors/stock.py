"""What is there, and may it be used?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.core import clock
from foundation.core.canonical import decimal_text
from foundation.core.decisions import Answer
from foundation.core.gs1 import what_is
from foundation.core.words import spoken_day
from resources.inventory.exceptions import NotUsable
from resources.inventory.models import Hold, Lot, StockUnit
from resources.inventory.selectors.holds import open_holds_on
from resources.inventory.states import StockStatus


def unit_by_container(code: str, among: QuerySet[StockUnit] | None = None) -> StockUnit | None:
    """The container (of these) behind a scanned or typed code, our label's data or its plain number; with lot and place."""
    if not code.strip():
        return None
    scanned = what_is(code)
    if scanned.kind not in ("container", "text"):
        return None
    rows = StockUnit.objects.all() if among is None else among
    found: StockUnit | None = (
        rows.select_related("lot__item", "lot__supplier", "place").filter(container=scanned.value).first()
    )
    return found


def usability(stock_unit: StockUnit, at: datetime | None = None, item_ids: Collection[int] = ()) -> Answer:
    """May this container be used, for one of these items (any, when none is given), at this moment (now)?

    Asked in this order, the first no is the reason: right item, something in it, not expired, status released, no open hold.
    ``evidence``: container, lot, item, quantity, unit, status, expires_on, holds; ``advice`` when another container of the
    item expires earlier (first expired first is advice, not a gate). Two queries: holds and advice.
    """
    day = timezone.localdate(at) if at else clock.today()
    evidence = _facts(stock_unit)
    reason = _wrong_item(stock_unit, item_ids) or _not_there(stock_unit, day)
    if reason:
        return Answer(False, reason, evidence)
    holds = open_holds_on(stock_unit)
    if holds:
        return Answer(False, _held(stock_unit, holds[0]), {**evidence, "holds": [_hold_facts(hold) for hold in holds]})
    better = advice(stock_unit, day)
    if better is not None:
        evidence["advice"] = {
            "container": better.container,
            "expires_on": better.lot.expires_on.isoformat() if better.lot.expires_on else None,
        }
    return Answer(True, _("%(container)s may be used.") % {"container": stock_unit.container}, evidence)


def what_bars_release(unit: StockUnit) -> NotUsable | None:
    """Why this container can not be accepted or released, whatever its check says: held, or expired. Its lot is loaded."""
    holds = open_holds_on(unit)
    if holds:
        return NotUsable(
            _("%(container)s is held: %(reason)s") % {"container": unit.container, "reason": holds[0].reason},
            code="held",
            details={"holds": [hold.pk for hold in holds]},
        )
    if unit.lot.is_expired(clock.today()):
        return NotUsable(
            _("%(container)s expired on %(day)s.") % {"container": unit.container, "day": _expiry(unit)},
            code="expired",
        )
    return None


def _facts(unit: StockUnit) -> dict[str, Any]:
    return {
        "container": unit.container,
        "stock_unit": unit.pk,
        "lot": unit.lot.display_number,
        "lot_id": unit.lot_id,
        "supplier_lot": unit.lot.supplier_lot,
        "item": unit.lot.item.number,
        "quantity": decimal_text(unit.quantity),
        "unit": unit.unit,
        "status": unit.status,
        "expires_on": unit.lot.expires_on.isoformat() if unit.lot.expires_on else None,
    }


def _hold_facts(hold: Hold) -> dict[str, Any]:
    return {
        "hold": hold.pk,
        "kind": hold.kind,
        "target": hold.target_number,
        "reason": hold.reason,
        "placed_at": hold.placed_at.isoformat(),
        "placed_by": hold.placed_by_name,
    }


def _wrong_item(unit: StockUnit, item_ids: Collection[int]) -> str:
    if not item_ids or unit.lot.item_id in item_ids:
        return ""
    return _("%(container)s holds %(item)s, which is not what is asked for here.") % {
        "container": unit.container,
        "item": unit.lot.item.number,
    }


def _not_there(unit: StockUnit, day: date) -> str:
    if unit.quantity <= 0:
        return _("%(container)s is empty.") % {"container": unit.container}
    if unit.lot.is_expired(day):
        return _("%(container)s expired on %(day)s.") % {
            "container": unit.container,
            "day": _expiry(unit),
        }
    if unit.status != StockStatus.RELEASED:
        return _("%(container)s is not released: %(status)s.") % {
            "container": unit.container,
            "status": StockStatus(unit.status).label,
        }
    return ""


def _expiry(unit: StockUnit) -> str:
    return spoken_day(unit.lot.expires_on) if unit.lot.expires_on else ""


def _held(unit: StockUnit, hold: Hold) -> str:
    return _("%(container)s is held (%(kind)s %(target)s): %(reason)s") % {
        "container": unit.container,
        "kind": hold.get_kind_display(),
        "target": hold.target_number,
        "reason": hold.reason,
    }


def advice(unit: StockUnit, day: date | None = None) -> StockUnit | None:
    """A released container of the same item that expires earlier than this one, if there is one (FEFO). One query."""
    mine = unit.lot.expires_on
    earlier = (
        StockUnit.objects.released()
        .present()
        .unexpired(day or clock.today())
        .filter(lot__item_id=unit.lot.item_id, place__site_id=unit.place.site_id, lot__expires_on__isnull=False)
        .select_related("lot")
    )
    if mine is not None:
        earlier = earlier.filter(lot__expires_on__lt=mine)
    found: StockUnit | None = earlier.first_expired_first().first()
    return found


def stock_of(item_id: int, *, released_only: bool = False) -> QuerySet[StockUnit]:
    """What is there of an item, first expired first; expired, held and unreleased containers included unless asked."""
    rows = StockUnit.objects.present().filter(lot__item_id=item_id).select_related("lot", "place")
    if released_only:
        rows = rows.released().unexpired(clock.today())
    ordered: QuerySet[StockUnit] = rows.first_expired_first()
    return ordered


def lot_named(item_number: str, number: str) -> Lot | None:
    """The lot of an item by its number or serial."""
    found: Lot | None = (
        Lot.objects.filter(item__number=item_number, serial=number).first()
        or Lot.objects.filter(item__number=item_number, number=number, serial="").first()
    )
    return found
