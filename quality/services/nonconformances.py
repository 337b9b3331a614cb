"""Raise, explain and close nonconformances."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from foundation.accounts.policies import require_about
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.numbering import next_number
from foundation.records.act import Act, act
from quality.events import NonconformanceClosed, NonconformanceRaised
from quality.exceptions import CauseMissing, NotReconciled
from quality.models import Disposition, Nonconformance
from quality.policies import can_raise
from quality.services.containment import contain, tell_quality
from quality.services.places import NOWHERE, Found
from quality.states import NONCONFORMANCE, NonconformanceState
from resources.inventory.models import Lot

DAYS_TO_DECIDE = 5  # a company's own rule; the owner and the day are set so that nothing waits unowned (QMS-08)


def raise_nonconformance(
    *,
    actor: Actor,
    source: str,
    lot_id: int,
    quantity: Decimal,
    unit: str,
    defect_code: str,
    description: str,
    stock_unit_id: int | None = None,
    found: Found = NOWHERE,
    hold: bool = True,
) -> Nonconformance:
    """Nonconforming product, contained at once: the stock unit (else the whole lot) is put on hold and quality is told.

    ``quantity`` in ``unit``. No cause is asked for now; closing asks for it. NotValid for no quantity or no description;
    PermissionDenied. ISO 13485 8.3.1 and 8.3.2.
    """
    with act(actor=actor, verb="quality.nonconformance.raised") as this:
        lot = Lot.objects.get(pk=lot_id)
        can_raise(actor, lot).require()
        if quantity <= 0 or not description.strip():
            raise NotValid(_("Say what is wrong, and with how many."), field="description")
        record = Nonconformance(
            number=next_number("quality.nonconformance", prefix="NC"),
            source=source,
            item_id=lot.item_id,
            lot=lot,
            stock_unit_id=stock_unit_id,
            quantity=quantity,
            unit=unit,
            defect_code=defect_code,
            description=description.strip(),
            due_on=clock.today() + timedelta(days=DAYS_TO_DECIDE),
            raised_by_id=actor.user_id,
            raised_by_name=actor.name,
            raised_at=this.at,
            **found.as_fields(),
        )
        record.save()
        if hold:
            contain(record, actor)
        this.about(record)
        _announce(this, record)
    return record


def _announce(this: Act, record: Nonconformance) -> None:
    if record.subject:
        this.relate(record.subject)
    tell_quality(this.actor, record, record.description)
    this.publish(
        NonconformanceRaised(
            nonconformance_id=record.pk,
            number=record.number,
            lot_id=record.lot_id,
            card_id=record.card_id,
            order_number=record.order_number,
            quantity=str(record.quantity),
        )
    )


def lock_nonconformance(nonconformance_id: int) -> Nonconformance:
    """The row, locked, for a service that changes it."""
    rows = Nonconformance.objects.select_for_update(of=("self",)).select_related("lot", "item")
    found: Nonconformance = rows.get(pk=nonconformance_id)
    return found


def record_cause(*, actor: Actor, nonconformance_id: int, cause_code: str, cause: str) -> Nonconformance:
    """Coded cause and narrative: needed before closing, never before containment."""
    with act(actor=actor, verb="quality.nonconformance.cause_recorded", reason=cause) as this:
        record = lock_nonconformance(nonconformance_id)
        this.about(record)
        require_about(actor, "quality.raise_nonconformance", record)
        NONCONFORMANCE.next(record.state, "record_cause")
        if not cause_code.strip() or not cause.strip():
            raise CauseMissing(_("Give a coded cause and say it in words."), field="cause")
        record.cause_code, record.cause = cause_code.strip(), cause.strip()
        record.save()
    return record


def close_nonconformance(*, actor: Actor, nonconformance_id: int) -> Nonconformance:
    """Closed when everything decided was carried out, the quantities reconcile and the cause is known."""
    with act(actor=actor, verb="quality.nonconformance.closed") as this:
        record = lock_nonconformance(nonconformance_id)
        this.about(record)
        require_about(actor, "quality.decide_disposition", record)
        row = NONCONFORMANCE.next(record.state, "close")
        if not record.cause_code or not record.cause:
            raise CauseMissing(_("Record the cause first: coded, and in words."), field="cause")
        executed = Disposition.objects.filter(nonconformance=record).exclude(executed_at=None)
        total = executed.aggregate(total=Sum("quantity"))["total"] or Decimal(0)
        if total != record.quantity:
            raise NotReconciled(
                _("Found %(found)s, decided and carried out %(done)s.") % {"found": record.quantity, "done": total}
            )
        record.state, record.closed_at = NonconformanceState(row.target), this.at
        record.save()
        this.publish(NonconformanceClosed(nonconformance_id=record.pk, number=record.number))
    return record
