"""Receiving: what came in goes to quarantine, is labelled, checked, and only then released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bom.models import ApprovedSource, Item, Supplier
from foundation.accounts.policies import require
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotValid, TransitionNotAllowed
from foundation.core.numbering import next_number
from foundation.core.units import quantity_text
from foundation.core.words import spoken_day
from foundation.records.act import act
from foundation.records.models import bulk_create_tracked
from resources.inventory.events import StockReceived
from resources.inventory.models import (
    HoldTarget,
    Lot,
    Movement,
    Place,
    Receipt,
    ReceiptInspection,
    StockUnit,
)
from resources.inventory.policies import INSPECT, RECEIVE, can_judge
from resources.inventory.quantities import in_unit, shares
from resources.inventory.services.holds import open_hold
from resources.inventory.services.labels import print_container_labels
from resources.inventory.services.ledgering import container_numbers, lock_unit, movement, new_unit, require_place_for
from resources.inventory.services.places import counterpart
from resources.inventory.services.status import reject_stock, release_stock
from resources.inventory.services.stock import put_away
from resources.inventory.states import InspectionResult, MovementKind, PlaceKind, StockStatus

MOST_CONTAINERS = 500


def receive_lot(
    *,
    actor: Actor,
    item_id: int,
    quantity: Decimal,
    unit: str,
    supplier_id: int,
    supplier_lot: str,
    place: Place,
    expires_on: date | None = None,
    made_on: date | None = None,
    containers: int = 1,
    delivery_note: str = "",
    expired_reason: str = "",
) -> list[StockUnit]:
    """Receive a delivery as a lot of our own, into quarantine, in ``containers`` containers with numbers of our own.

    ``quantity`` (all containers together) is turned exactly into the item's unit. Without ``expires_on`` the item's shelf
    life counts from ``made_on``. Goods of a supplier who is not approved for the item are received, since they are
    here, and held at once. What has expired already is received with a reason (``expired_reason``) and can only be
    rejected. NotValid: see `_check`; ``expired-on-arrival`` without that reason. Returns the containers, fullest first.
    """
    with act(actor=actor, verb="inventory.lot.received") as this:
        require(actor, RECEIVE, place.site_id)
        item = Item.objects.get(pk=item_id)
        supplier = Supplier.objects.get(pk=supplier_id)
        _check(item, place, supplier_lot, made_on, expires_on, containers)
        total = in_unit(quantity, unit, item.unit)
        lot = _new_lot(item, supplier, supplier_lot, made_on, expires_on)
        this.reason = _why_expired(lot, expired_reason)
        lot.save()
        made = _store(lot, place, total, containers)
        receipt = Receipt(
            number=next_number("receipt", prefix="GR"),
            lot=lot,
            place=place,
            quantity=total,
            unit=lot.unit,
            stated_quantity=quantity_text(quantity, unit),
            containers=containers,
            delivery_note=delivery_note.strip(),
            received_by_id=actor.user_id,
            received_by_name=actor.name,
            received_at=this.at,
        )
        receipt.save()
        this.about(lot)
        this.relate(receipt, item)
        _hold_unapproved(actor, lot, item, supplier)
        print_container_labels(actor=actor, stock_units=made, received_on=clock.today())
        this.publish(StockReceived(lot_id=lot.pk, item_id=item.pk, receipt=receipt.number))
    return made


def _check(
    item: Item, place: Place, supplier_lot: str, made_on: date | None, expires_on: date | None, containers: int
) -> None:
    if place.kind not in (PlaceKind.STOCK, PlaceKind.LABORATORY):
        raise NotValid(_("Receive into a stock place."), code="wrong-place", field="place")
    if not supplier_lot.strip():
        raise NotValid(_("Give the supplier's lot number; “none” if there is none."), field="supplier_lot")
    if not 1 <= containers <= MOST_CONTAINERS:
        raise NotValid(_("1 to %(most)d containers.") % {"most": MOST_CONTAINERS}, field="containers")
    if made_on is not None and made_on > clock.today():
        raise NotValid(_("It cannot have been made in the future."), field="made_on")
    if made_on is not None and expires_on is not None and expires_on < made_on:
        raise NotValid(_("It would expire before it was made."), field="expires_on")
    if item.shelf_life_days and made_on is None and expires_on is None:
        raise NotValid(
            _("%(item)s has a shelf life: give its expiry, or the day it was made.") % {"item": item.number},
            code="expiry-needed",
            field="expires_on",
        )


def _new_lot(item: Item, supplier: Supplier, supplier_lot: str, made_on: date | None, expires_on: date | None) -> Lot:
    """Unsaved, with a number of our own; without an expiry, the item's shelf life counts from the day it was made."""
    if expires_on is None and made_on is not None and item.shelf_life_days:
        expires_on = made_on + timedelta(days=item.shelf_life_days)
    return Lot(
        item=item,
        number=next_number("lot", prefix="L"),
        unit=item.unit,
        supplier=supplier,
        supplier_lot=supplier_lot.strip(),
        made_on=made_on,
        expires_on=expires_on,
    )


def _why_expired(lot: Lot, reason: str) -> str:
    """Rule 1 of the domain: what is here is recorded. But nobody receives expired goods without having seen that they are."""
    if lot.expires_on is None or not lot.is_expired(clock.today()):
        return ""
    if not reason.strip():
        raise NotValid(
            _("It expired on %(day)s. Say why it is received all the same: its check can only reject it.")
            % {"day": spoken_day(lot.expires_on)},
            code="expired-on-arrival",
            field="expired_reason",
        )
    return reason.strip()


def _store(lot: Lot, place: Place, total: Decimal, containers: int) -> list[StockUnit]:
    if lot.unit == "pcs" and containers > total:
        raise NotValid(_("More containers than pieces."), field="containers")
    numbers = container_numbers(containers)
    rows = [
        new_unit(lot, place, share, StockStatus.QUARANTINE, number)
        for share, number in zip(shares(total, containers, lot.unit), numbers, strict=True)
    ]
    made: list[StockUnit] = bulk_create_tracked(StockUnit, rows)
    origin = counterpart(place.site_id, PlaceKind.SUPPLIER)
    Movement.objects.bulk_create([movement(unit, MovementKind.RECEIVE, unit.quantity, origin, place) for unit in made])
    return made


def _hold_unapproved(actor: Actor, lot: Lot, item: Item, supplier: Supplier) -> None:
    """Rule 1 of the domain: what is physically here is recorded; what may not be used is held."""
    sources = list(ApprovedSource.objects.filter(item=item))
    if sources and not any(row.supplier_id == supplier.pk and row.approved for row in sources):
        open_hold(
            actor,
            HoldTarget.lot(lot.pk),
            _("%(supplier)s is not an approved source of %(item)s.") % {"supplier": supplier.name, "item": item.number},
        )


def inspect_receipt(
    *,
    actor: Actor,
    stock_unit_id: int,
    result: str,
    checks: Sequence[dict[str, Any]] = (),
    note: str = "",
    whole_lot: bool = False,
    place: Place | None = None,
) -> ReceiptInspection:
    """The incoming check of a received container (of all its lot's containers in quarantine: ``whole_lot``).

    Accepted → released, rejected → rejected with the note as reason: two acts that this one calls. ``checks``:
    [{"check", "value", "passed"}]; a check that did not pass cannot be accepted. ``place``: what was judged is carried there,
    out of the quarantine; without one it stays. PermissionDenied for who received it.
    """
    with act(actor=actor, verb="inventory.receipt.inspected", reason=note) as this:
        unit = lock_unit(stock_unit_id)
        this.about(unit.lot)
        can_judge(actor, unit, INSPECT).require()
        _check_inspection(unit, result, checks, note)
        units = [unit]
        if whole_lot:
            others = StockUnit.objects.filter(lot_id=unit.lot_id, status=StockStatus.QUARANTINE)
            units = list(others.select_related("place").order_by("pk"))
        rows = [
            ReceiptInspection(
                stock_unit=one,
                result=result,
                checks=list(checks),
                note=note.strip(),
                inspector_id=actor.user_id,
                inspector_name=actor.name,
                at=this.at,
            )
            for one in units
        ]
        ReceiptInspection.objects.bulk_create(rows)
        this.relate(*units)
        for one in units:
            if result == InspectionResult.ACCEPTED:
                release_stock(actor=actor, stock_unit_id=one.pk)
            else:
                reject_stock(actor=actor, stock_unit_id=one.pk, reason=note)
        put_away(actor=actor, units=units, place=place)
        for one in units:  # what was rejected does not stay among what may be taken
            one.refresh_from_db(fields=["status", "place"])
            require_place_for(one.place, one.status)
    return next(row for row in rows if row.stock_unit_id == stock_unit_id)


def _check_inspection(unit: StockUnit, result: str, checks: Sequence[dict[str, Any]], note: str) -> None:
    if unit.status != StockStatus.QUARANTINE:
        raise TransitionNotAllowed(
            _("%(container)s is not in quarantine: it is %(status)s.")
            % {"container": unit.container, "status": unit.get_status_display()}
        )
    if result not in InspectionResult.values:
        raise NotValid(_("Accepted or rejected."), field="result")
    if result == InspectionResult.REJECTED and not note.strip():
        raise NotValid(_("Say why it is rejected."), code="reason-required", field="note")
    failed = [str(check.get("check", "")) for check in checks if not check.get("passed", False)]
    if failed and result == InspectionResult.ACCEPTED:
        raise NotValid(
            _("Not accepted while a check did not pass: %(checks)s.") % {"checks": ", ".join(failed)},
            code="check-failed",
            field="checks",
        )
