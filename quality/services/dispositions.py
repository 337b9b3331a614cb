"""Decide what becomes of nonconforming product, and carry it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from foundation.accounts.policies import require_about
from foundation.core.actor import Actor
from foundation.core.canonical import decimal_text
from foundation.core.errors import NotValid, TransitionNotAllowed
from foundation.core.refs import RecordRef
from foundation.records.act import Act, act
from foundation.records.services import Credentials, ToSign, sign
from quality.events import DispositionDecided, DispositionExecuted
from quality.exceptions import QuantityNotLeft
from quality.models import Disposition, Nonconformance
from quality.policies import person_of, require_decision
from quality.selectors import disposition_content, nonconformance_shown, undecided_pieces, undecided_quantity
from quality.services.containment import release_containment, scrap_contained
from quality.services.nonconformances import lock_nonconformance
from quality.states import NONCONFORMANCE, DispositionKind, NonconformanceState

NEED_REGULATORY_YES = (DispositionKind.CONCESSION, DispositionKind.REPAIR)


@dataclass(frozen=True, slots=True)
class Choice:
    """What is decided. ``quantity`` in the nonconformance's unit; ``unit_numbers`` which pieces (default: the first left)."""

    kind: str
    quantity: Decimal
    justification: str
    unit_numbers: tuple[int, ...] = ()
    rework_operation: int | None = None
    regulatory_requirements_met: bool | None = None
    expires_on: date | None = None


def decide_disposition(
    *, actor: Actor, nonconformance_id: int, choice: Choice, credentials: Credentials
) -> Disposition:
    """Decide for a quantity, signed by quality over what was shown (meaning *approved*).

    QuantityNotLeft for more than is undecided; NotValid without a justification, or for a concession without "regulatory
    requirements are met" (no blocks); OwnWork for whoever raised it. ISO 13485 8.3.2.
    """
    with act(actor=actor, verb="quality.disposition.decided", reason=choice.justification) as this:
        record = lock_nonconformance(nonconformance_id)
        this.about(record)
        require_decision(actor, "quality.decide_disposition", record)
        left = undecided_quantity(record)
        event = "decide" if choice.quantity == left else "decide_part"
        row = NONCONFORMANCE.next(record.state, event)
        pieces = _check(record, choice, left)
        disposition = _unsigned(record, choice, pieces, actor)
        disposition.decided_at = this.at
        [signature] = sign(
            actor=actor,
            credentials=credentials,
            meaning=row.meaning,
            subjects=[
                ToSign(
                    RecordRef.to(record), disposition_content(record, disposition), shown=nonconformance_shown(record)
                )
            ],
            reason=choice.justification,
        )
        if signature.signer_id != actor.user_id:
            raise NotValid(_("The person who decides signs."), code="other-signer", field="identity")
        disposition.signature = signature
        disposition.save()
        record.state = NonconformanceState(row.target)
        record.save()
        this.publish(_event(record, disposition))
    return disposition


def _check(record: Nonconformance, choice: Choice, left: Decimal) -> list[int]:
    if choice.kind not in DispositionKind.values:
        raise NotValid(_("Unknown disposition."), field="kind")
    if not choice.justification.strip():
        raise NotValid(_("Say why."), code="reason-required", field="justification")
    if choice.quantity <= 0:
        raise NotValid(_("Decide about more than nothing."), field="quantity")
    if choice.quantity > left:
        raise QuantityNotLeft(
            _("%(left)s %(unit)s are undecided.") % {"left": left.normalize(), "unit": record.unit}, field="quantity"
        )
    if choice.kind in NEED_REGULATORY_YES and choice.regulatory_requirements_met is not True:
        raise NotValid(
            _("A concession is possible only when regulatory requirements are met, and that is said."),
            code="regulatory-requirements",
            field="regulatory_requirements_met",
        )
    return _pieces(record, choice)


def _pieces(record: Nonconformance, choice: Choice) -> list[int]:
    """Which pieces it is about. Pieces have numbers only when the nonconformance was found on a work card."""
    if not record.unit_numbers:
        return []
    left = undecided_pieces(record)
    chosen = list(choice.unit_numbers) or left[: int(choice.quantity)]
    if len(chosen) != choice.quantity or not set(chosen) <= set(left):
        raise NotValid(_("Name pieces that are undecided, as many as the quantity says."), field="unit_numbers")
    return sorted(chosen)


def _unsigned(record: Nonconformance, choice: Choice, pieces: list[int], actor: Actor) -> Disposition:
    return Disposition(
        nonconformance=record,
        kind=choice.kind,
        quantity=choice.quantity,
        unit_numbers=pieces,
        justification=choice.justification.strip(),
        rework_operation=choice.rework_operation,
        regulatory_requirements_met=choice.regulatory_requirements_met,
        expires_on=choice.expires_on,
        decided_by_id=person_of(actor),
    )


def _event(record: Nonconformance, disposition: Disposition) -> DispositionDecided:
    return DispositionDecided(
        disposition_id=disposition.pk,
        nonconformance_id=record.pk,
        number=record.number,
        kind=disposition.kind,
        quantity=str(disposition.quantity),
        lot_id=record.lot_id,
        stock_unit_id=record.stock_unit_id,
        card_id=record.card_id,
        unit_numbers=list(disposition.unit_numbers),
        rework_operation=disposition.rework_operation,
    )


def mark_executed(*, actor: Actor, disposition_id: int, note: str = "") -> Disposition:
    """It was carried out: scrap leaves the stock, an accepted or reworked quantity comes off its hold.

    Quality says so; for rework the floor's own rule does. The pieces of a work card follow by the event; what of them was in
    no container any more is noted. TransitionNotAllowed when it was carried out before; NotContained when less is held than
    is to be scrapped.
    """
    with act(actor=actor, verb="quality.disposition.executed", reason=note) as this:
        nonconformance_id = Disposition.objects.values_list("nonconformance_id", flat=True).get(pk=disposition_id)
        record = lock_nonconformance(nonconformance_id)
        disposition: Disposition = Disposition.objects.select_for_update().get(pk=disposition_id)
        this.about(record)
        require_about(actor, "quality.decide_disposition", record)
        if disposition.executed_at is not None:
            raise TransitionNotAllowed(_("This was carried out before."), code="already-executed")
        disposition.executed_at, disposition.executed_by_name = this.at, actor.name
        disposition.execution_note = note.strip()
        if disposition.kind == DispositionKind.SCRAP:
            _scrap(this, record, disposition)
        disposition.save()
        row = NONCONFORMANCE.next(record.state, "execute" if _all_executed(record) else "execute_part")
        record.state = NonconformanceState(row.target)
        record.save()
        if record.state == NonconformanceState.EXECUTED:
            release_containment(record, actor)
        this.publish(
            DispositionExecuted(
                disposition_id=disposition.pk,
                nonconformance_id=record.pk,
                kind=disposition.kind,
                quantity=str(disposition.quantity),
                card_id=record.card_id,
                unit_numbers=list(disposition.unit_numbers),
            )
        )
    return disposition


def _scrap(this: Act, record: Nonconformance, disposition: Disposition) -> None:
    left = scrap_contained(record, disposition, this.actor)
    if left:
        said = _("%(left)s %(unit)s were in no container of the lot any more.") % {
            "left": decimal_text(left),
            "unit": record.unit,
        }
        disposition.execution_note = f"{disposition.execution_note} {said}".strip()
        this.note(not_in_stock=decimal_text(left), unit=record.unit)


def _all_executed(record: Nonconformance) -> bool:
    executed = Disposition.objects.filter(nonconformance=record).exclude(executed_at=None)
    total = executed.aggregate(total=Sum("quantity"))["total"] or Decimal(0)
    return bool(total == record.quantity)
