"""Departures from the process: raise, decide, close; and report what physically happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from foundation.accounts.policies import require_about
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.numbering import next_number
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.records.services import Credentials, ToSign, sign
from quality.events import DeviationDecided, DeviationRaised
from quality.models import Deviation
from quality.policies import can_raise, require_decision
from quality.selectors import deviation_content
from quality.services.containment import tell_quality
from quality.services.places import NOWHERE, Found, found_at
from quality.states import DEVIATION, DeviationSource, DeviationState

DAYS_TO_DECIDE = 3


@dataclass(frozen=True, slots=True)
class Departure:
    """What departs: the interval it contains, or the gate that it asks to open (``gate``, ``gate_code``), for one card."""

    interval_from: datetime | None = None
    interval_until: datetime | None = None
    gate: str = ""
    gate_code: str = ""
    valid_until: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def raise_deviation(
    *,
    actor: Actor,
    source: str,
    description: str,
    planned: bool = False,
    lot_id: int | None = None,
    found: Found = NOWHERE,
    departure: Departure = Departure(),
) -> Deviation:
    """A departure from the process, told to quality. A planned one is asked for before and boxed by time.

    NotValid without a description, or when planned without an end. PermissionDenied.
    """
    with act(actor=actor, verb="quality.deviation.raised") as this:
        can_raise(actor, found_at(found, lot_id)).require()
        if not description.strip():
            raise NotValid(_("Say what departs from the process."), field="description")
        if planned and departure.valid_until is None:
            raise NotValid(_("A planned deviation ends at a time."), field="valid_until")
        record = Deviation(
            number=next_number("quality.deviation", prefix="DEV"),
            planned=planned,
            source=source,
            lot_id=lot_id,
            description=description.strip(),
            details=dict(departure.details),
            interval_from=departure.interval_from,
            interval_until=departure.interval_until,
            gate=departure.gate,
            gate_code=departure.gate_code,
            valid_until=departure.valid_until,
            due_on=clock.today() + timedelta(days=DAYS_TO_DECIDE),
            raised_by_id=actor.user_id,
            raised_by_name=actor.name,
            raised_at=this.at,
            **found.as_fields(),
        )
        record.save()
        this.about(record)
        if record.subject:
            this.relate(record.subject)
        tell_quality(actor, record, record.description)
        this.publish(
            DeviationRaised(
                deviation_id=record.pk,
                number=record.number,
                planned=planned,
                source=source,
                card_id=found.card_id,
                order_number=found.order_number,
            )
        )
    return record


def report_event(
    *,
    actor: Actor,
    what_happened: str,
    lot_id: int | None = None,
    found: Found = NOWHERE,
    details: Mapping[str, Any] | None = None,
) -> Deviation:
    """ "Report what happened": the fact is stored as an unplanned deviation, whatever was refused before (domain, rule 1)."""
    with act(actor=actor, verb="quality.event.reported", reason=what_happened) as this:
        if not what_happened.strip():
            raise NotValid(_("Say what happened."), field="what_happened")
        record = raise_deviation(
            actor=actor,
            source=DeviationSource.REPORTED,
            description=what_happened,
            lot_id=lot_id,
            found=found,
            departure=Departure(details=details or {}),
        )
        this.about(record)
    return record


def _locked(deviation_id: int) -> Deviation:
    found: Deviation = Deviation.objects.select_for_update().get(pk=deviation_id)
    return found


def decide_deviation(
    *, actor: Actor, deviation_id: int, accepted: bool, decision: str, credentials: Credentials
) -> Deviation:
    """Accept or reject it, signed by quality. OwnWork for whoever raised it; NotValid without words."""
    with act(actor=actor, verb="quality.deviation.decided", reason=decision) as this:
        record = _locked(deviation_id)
        this.about(record)
        require_decision(actor, "quality.decide_deviation", record)
        row = DEVIATION.next(record.state, "accept" if accepted else "reject", reason=decision)
        shown = deviation_content(record)
        record.state, record.decision = DeviationState(row.target), decision.strip()
        record.decided_by_id, record.decided_at = actor.user_id, this.at
        [signature] = sign(
            actor=actor,
            credentials=credentials,
            meaning=row.meaning,
            subjects=[ToSign(RecordRef.to(record), deviation_content(record), shown=shown)],
            reason=decision,
        )
        if signature.signer_id != actor.user_id:
            raise NotValid(_("The person who decides signs."), code="other-signer", field="identity")
        record.signature = signature
        record.save()
        this.publish(
            DeviationDecided(deviation_id=record.pk, number=record.number, state=record.state, card_id=record.card_id)
        )
    return record


def close_deviation(*, actor: Actor, deviation_id: int, reason: str) -> Deviation:
    """Nothing more follows from it."""
    with act(actor=actor, verb="quality.deviation.closed", reason=reason) as this:
        record = _locked(deviation_id)
        this.about(record)
        require_about(actor, "quality.decide_deviation", record)
        record.state = DeviationState(DEVIATION.next(record.state, "close", reason=reason).target)
        record.save()
    return record
