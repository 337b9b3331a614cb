"""Contain what is wrong: hold it, tell quality; and let go of it when what was decided is done.

The person who found it need not have the right to place holds: the containment is the system's own rule, and an act of
the system within the person's act.
"""

from __future__ import annotations

from foundation.alerts.services import raise_alert
from foundation.alerts.states import Severity
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from quality.models import Deviation, Disposition, Nonconformance
from resources.inventory.models import HoldTarget, StockUnit
from resources.inventory.services import lift_hold, place_hold, scrap_stock

OWNER = "quality_engineer"


def _rule(actor: Actor) -> Actor:
    """The containment rule, at the station and in the session of the person within whose act it works."""
    return Actor(None, "system:containment", station=actor.station, session=actor.session, language=actor.language)


def contain(record: Nonconformance, actor: Actor) -> None:
    """Hold the stock unit that was split off, else the whole lot."""
    target = HoldTarget.stock_unit(record.stock_unit_id) if record.stock_unit_id else HoldTarget.lot(record.lot_id)
    hold = place_hold(
        actor=_rule(actor),
        target=target,
        reason=f"{record.number}: {record.description}",
        source=RecordRef.to(record),
    )
    record.hold = hold
    record.containment = hold.number
    record.save()


def release_containment(record: Nonconformance, actor: Actor) -> None:
    """Lift its own hold, when it is still open: everything decided about it was carried out."""
    if record.hold is None or record.hold.lifted_at is not None:
        return
    lift_hold(actor=_rule(actor), hold_id=record.hold.pk, reason=f"{record.number}: disposition carried out")


def scrap_contained(record: Nonconformance, disposition: Disposition, actor: Actor) -> None:
    """Scrap leaves the stock: the quantity goes from what is held, the split-off unit or the lot's own, to the scrap place."""
    left = disposition.quantity
    for unit in _contained(record):
        part = min(left, unit.quantity)
        if part > 0:
            scrap_stock(
                actor=_rule(actor),
                stock_unit_id=unit.pk,
                quantity=part,
                reason=f"{record.number}: {disposition.justification}",
                card_id=record.card_id,
            )
            left -= part


def _contained(record: Nonconformance) -> list[StockUnit]:
    if record.stock_unit_id is not None:
        return list(StockUnit.objects.filter(pk=record.stock_unit_id))
    return list(StockUnit.objects.filter(lot_id=record.lot_id, quantity__gt=0).order_by("pk"))


def tell_quality(actor: Actor, record: Nonconformance | Deviation, text: str) -> None:
    """One alert to quality in the transaction of what it tells of."""
    is_deviation = isinstance(record, Deviation)
    raise_alert(
        actor=_rule(actor),
        rule="quality.deviation" if is_deviation else "quality.nonconformance",
        severity=Severity.WARNING if is_deviation else Severity.CRITICAL,
        title={
            "en": f"{'Deviation' if is_deviation else 'Nonconformance'} {record.number}",
            "zh-hans": f"{'偏差' if is_deviation else '不合格'} {record.number}",
        },
        body={"en": text, "zh-hans": text},
        subject=RecordRef.to(record),
        role=OWNER,
        key=f"quality:{record.number}",
    )
