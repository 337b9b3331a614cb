"""Contain what is wrong: hold it, tell quality; and let go of it when what was decided is done.

The person who found it need not have the right to place holds: the containment is the system's own rule, and an act of
the system within the person's act.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from foundation.alerts.services import raise_alert
from foundation.alerts.states import Severity
from foundation.core.actor import Actor
from foundation.core.canonical import decimal_text
from foundation.core.refs import RecordRef
from foundation.core.units import convert
from quality.exceptions import NotContained
from quality.models import Deviation, Disposition, Nonconformance
from resources.inventory.models import Hold, HoldTarget, StockUnit
from resources.inventory.services import lift_hold, place_hold, scrap_stock
from resources.inventory.states import StockStatus

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


def scrap_contained(record: Nonconformance, disposition: Disposition, actor: Actor) -> Decimal:
    """Scrap leaves the stock: from the split-off container, else from the lot's that nothing else has claimed.

    Returns what was in no such container: only pieces of a work card may be (used or carried away since; the card says where
    they went). Otherwise NotContained, and nothing is scrapped: what is missing is found before it is written off.
    """
    left = disposition.quantity
    for unit in _contained(record):
        part = min(left, convert(unit.quantity, unit.unit, record.unit))
        if part > 0:
            scrap_stock(
                actor=_rule(actor),
                stock_unit_id=unit.pk,
                quantity=part,
                unit=record.unit,
                reason=f"{record.number}: {disposition.justification}",
                card_id=record.card_id,
            )
            left -= part
    if left and record.card_id is None:
        raise _not_contained(record, disposition, left)
    return left


def _contained(record: Nonconformance) -> list[StockUnit]:
    """Locked in the order of their keys. A lot's: neither released nor held as a container by something else."""
    rows = StockUnit.objects.select_for_update(of=("self",)).filter(quantity__gt=0).order_by("pk")
    if record.stock_unit_id is not None:
        return list(rows.filter(pk=record.stock_unit_id))
    claimed = Hold.objects.open().filter(stock_unit__isnull=False).values("stock_unit")
    return list(rows.filter(lot_id=record.lot_id).exclude(status=StockStatus.RELEASED).exclude(pk__in=claimed))


def _not_contained(record: Nonconformance, disposition: Disposition, left: Decimal) -> NotContained:
    return NotContained(
        _(
            "%(left)s of %(quantity)s %(unit)s are in no container that this nonconformance may scrap: released ones and"
            " those held for another reason stay. Reject or split off what is to be scrapped first."
        )
        % {
            "left": decimal_text(left),
            "quantity": decimal_text(disposition.quantity),
            "unit": record.unit,
        },
        details={"missing": decimal_text(left), "unit": record.unit, "lot": record.lot.display_number},
    )


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
