"""The quality status of stock moves along its table."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import TransitionNotAllowed
from foundation.records.act import act
from resources.inventory.events import StockRejected, StockReleased
from resources.inventory.models import Receipt, ReceiptInspection, StockUnit
from resources.inventory.policies import can_judge
from resources.inventory.selectors.stock import what_bars_release
from resources.inventory.services.ledgering import lock_unit
from resources.inventory.states import STATUS, InspectionResult


def release_stock(*, actor: Actor, stock_unit_id: int, reason: str = "") -> StockUnit:
    """Quarantine or in process → released.

    What was received needs an accepted incoming check; what is held or expired is not released (NotUsable). The one who
    received it does not release it. What was made here is released with its record only: dhr refuses it otherwise.
    """
    with act(actor=actor, verb="inventory.stock.released", reason=reason) as this:
        unit = lock_unit(stock_unit_id)
        this.about(unit)
        this.relate(unit.lot)
        row = STATUS.next(unit.status, "release")
        can_judge(actor, unit, row.permission).require()
        _check_release(unit)
        was, unit.status = unit.status, row.target
        unit.save()
        this.publish(StockReleased(stock_unit_id=unit.pk, lot_id=unit.lot_id, item_id=unit.lot.item_id, was=was))
    return unit


def _check_release(unit: StockUnit) -> None:
    barred = what_bars_release(unit)
    if barred is not None:
        raise barred
    if Receipt.objects.filter(lot_id=unit.lot_id).exists():
        newest = ReceiptInspection.objects.filter(stock_unit=unit).order_by("-pk").first()
        if newest is None or newest.result != InspectionResult.ACCEPTED:
            raise TransitionNotAllowed(
                _("%(container)s has no accepted incoming check.") % {"container": unit.container},
                code="not-inspected",
            )


def reject_stock(*, actor: Actor, stock_unit_id: int, reason: str) -> StockUnit:
    """Quarantine, in process or released → rejected, with its reason."""
    return change_status(actor=actor, stock_unit_id=stock_unit_id, event="reject", reason=reason)


def change_status(*, actor: Actor, stock_unit_id: int, event: str, reason: str = "") -> StockUnit:
    """Any other move of the table: reject, judge_again, rework. Releasing has rules of its own: `release_stock`."""
    if event == "release":
        return release_stock(actor=actor, stock_unit_id=stock_unit_id, reason=reason)
    with act(actor=actor, verb=f"inventory.stock.{event}", reason=reason) as this:
        unit = lock_unit(stock_unit_id)
        this.about(unit)
        this.relate(unit.lot)
        row = STATUS.next(unit.status, event, reason=reason)
        require(actor, row.permission, unit.place.site_id)
        unit.status = row.target
        unit.save()
        if event == "reject":
            this.publish(
                StockRejected(
                    stock_unit_id=unit.pk, lot_id=unit.lot_id, item_id=unit.lot.item_id, reason=reason.strip()
                )
            )
    return unit
