"""Place and lift legal holds. Stock is held elsewhere; this protects records."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.accounts.scope import sees
from foundation.core.actor import Actor
from foundation.core.errors import NotFound, NotValid, PermissionDenied
from foundation.core.numbering import next_number
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.records.services import Credentials, ToSign, sign
from foundation.retention.models import LegalHold
from foundation.retention.policies import may_lift
from foundation.retention.states import HOLD, HOLD_STATES, LIFT
from foundation.retention.subjects import kinds


def place_legal_hold(
    *,
    actor: Actor,
    matter: str,
    reason: str,
    subject: RecordRef | None = None,
    period: tuple[date, date] | None = None,
) -> LegalHold:
    """While it is in force the keeping of nothing that it covers is ended, whatever its period (21 CFR 11.10(c)).

    ``matter`` is what people call the case. Exactly one of ``subject`` (a record; of a lot, an item or an order all records
    too) and ``period`` (first and last day). NotValid without matter, reason or one scope; NotFound for a record that is not
    there or that this person does not see.
    """
    with act(actor=actor, verb="retention.legal_hold.placed", reason=reason) as this:
        require(actor, HOLD)
        _check_given(matter, reason, subject, period)
        if subject is not None and (subject.label not in kinds() or not sees(actor, subject)):
            raise NotFound.here()
        hold = LegalHold(
            number=next_number("retention.legal_hold", prefix="LH"),
            matter=matter.strip(),
            reason=reason.strip(),
            subject_label=subject.label if subject else "",
            subject_id=subject.id if subject else None,
            subject_number=subject.number if subject else "",
            period_from=period[0] if period else None,
            period_until=period[1] if period else None,
            placed_by_id=actor.user_id,
            placed_by_name=actor.name,
            placed_at=this.at,
        )
        hold.save()
        this.about(hold)
        if subject is not None:
            this.relate(subject)
    return hold


def _check_given(matter: str, reason: str, subject: RecordRef | None, period: tuple[date, date] | None) -> None:
    if not matter.strip():
        raise NotValid(_("Say which matter it is."), field="matter")
    if not reason.strip():
        raise NotValid(_("Say why its records are held."), code="reason-required", field="reason")
    if (subject is None) == (period is None):
        raise NotValid(_("A legal hold covers a record, or a period."), field="number")
    if period is not None and period[1] < period[0]:
        raise NotValid(_("The period ends before it begins."), field="period_until")


def lift_legal_hold(*, actor: Actor, hold_id: int, credentials: Credentials, reason: str) -> LegalHold:
    """Lift it, signed, by another person than the one who placed it.

    TransitionNotAllowed when it was lifted before, NotValid without a reason, PermissionDenied for who placed it and when
    another person's components are given. 21 CFR 11.10(c), (g).
    """
    with act(actor=actor, verb="retention.legal_hold.lifted", reason=reason) as this:
        hold: LegalHold = LegalHold.objects.select_for_update().get(pk=hold_id)
        this.about(hold)
        require(actor, LIFT)  # before anything of its state is told
        row = HOLD_STATES.next(hold.state, "lift", reason=reason)
        may_lift(actor.user_id, hold).require()
        [signature] = sign(
            actor=actor, credentials=credentials, meaning=row.meaning, subjects=[lifting_shown(hold)], reason=reason
        )
        if signature.signer_id != actor.user_id:
            raise PermissionDenied(_("The person who decides signs."), code="other-signer")
        hold.state, hold.signature, hold.lift_reason = row.target, signature, reason.strip()
        hold.lifted_by_id, hold.lifted_by_name, hold.lifted_at = actor.user_id, actor.name, this.at
        hold.save()
        if hold.subject is not None:
            this.relate(hold.subject)
    return hold


def lifting_shown(hold: LegalHold) -> ToSign:
    """What whoever lifts a legal hold sees and signs."""
    content = {
        "schema": "legal-hold/1",
        "number": hold.number,
        "matter": hold.matter,
        "reason": hold.reason,
        "subject": hold.subject.as_json() if hold.subject else None,
        "period": [str(hold.period_from), str(hold.period_until)] if hold.period_from else None,
        "placed_by": hold.placed_by_name,
        "placed_at": hold.placed_at,
    }
    return ToSign(record=RecordRef.to(hold), content=content)
