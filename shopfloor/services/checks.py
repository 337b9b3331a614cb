"""A second pair of eyes: second checks, the first piece, and inspections at a hold point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from foundation.accounts.policies import require, require_about
from foundation.core.actor import Actor
from foundation.core.canonical import decimal_text
from foundation.core.errors import NotFound
from foundation.core.refs import RecordRef
from foundation.records.act import Act, act
from foundation.records.models import Signature
from foundation.records.services import Credentials, ToSign, sign
from quality.models import Inspection
from quality.services import raise_deviation, record_inspection
from quality.states import DeviationSource, InspectionKind, InspectionResult, NonconformanceSource
from resources.equipment.models import Equipment
from resources.inventory.selectors import unit_by_container
from shopfloor.definition import StepDefinition
from shopfloor.exceptions import EntryNotValid, NotPossible, OutOfSequence
from shopfloor.models import SecondCheck, StepRecord, WorkCard
from shopfloor.policies import SECOND_CHECK, VIEW, require_other_person
from shopfloor.services.entries import gauge_for
from shopfloor.services.loading import Work, lock_work, records_of
from shopfloor.services.moving import change_state
from shopfloor.services.reactions import BadEntry, found_at, nonconform_pieces, react
from shopfloor.services.readings import Judged, judge_number, read_number
from shopfloor.states import CARD, RUNNING_STATES, CardState, StepOutcome

TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Look:
    """What the second person gives: a reading, a scanned code, or a signature with both components, by kind of check."""

    value: str = ""
    scanned_code: str = ""
    equipment_code: str = ""
    credentials: Credentials | None = None
    agreed: bool = True
    note: str = ""


def second_check(*, actor: Actor, record_id: int, look: Look, captured_at: datetime | None = None) -> SecondCheck:
    """Another person looks at an entry, in the way that the card says.

    *scan*: proves identity only, never a value. *witness*: signs with both components on the performer's tablet. *remeasure*:
    an own, blind reading; it agrees within the tolerance. *review*: another person looks over what was entered. SamePerson
    for whoever made the entry. A check that disagrees opens the step again and tells quality. EU GMP Annex 11 §6.
    """
    with act(actor=actor, verb="shopfloor.entry.checked", captured_at=captured_at) as this:
        record = StepRecord.objects.filter(pk=record_id).first()
        if record is None:
            raise NotFound.here()
        work = lock_work(actor, record.card_id)
        this.about(work.card)
        require_about(actor, VIEW, work.card)
        step = work.operation.step(record.step_key)
        this.note(step=step.key, unit_no=record.unit_no, kind=step.second_check)
        _check_open(work, step, record)
        check = _LOOKS[step.second_check](this, work, step, record, look)
        check.save()
        if not check.agreed:
            _tell(work, record, check)
    return check


def _check_open(work: Work, step: StepDefinition, record: StepRecord) -> None:
    if not step.second_check:
        raise NotPossible(_("This step has no second check."), code="no-second-check")
    if work.card.state not in (*RUNNING_STATES, CardState.PAUSED):
        raise NotPossible(
            _("Card %(card)s is %(state)s.") % {"card": work.card.number, "state": work.card.get_state_display()},
            code="card-not-running",
        )
    progress = work.progress(records_of(work, record.unit_no))
    if record.pk not in [row.pk for row in progress.unchecked(step, record.unit_no)]:
        raise NotPossible(_("This entry was checked, or is replaced by a newer one."), code="already-checked")


def _check(this: Act, record: StepRecord, kind: str, agreed: bool, look: Look, **more: Any) -> SecondCheck:
    values = {
        "checker_id": this.actor.user_id,
        "checker_name": this.actor.name,
        "note": look.note.strip(),
        "station": this.actor.station,
        "at": this.at,
        **more,
    }
    return SecondCheck(record=record, kind=kind, agreed=agreed, **values)


def _by_actor(this: Act, work: Work, record: StepRecord) -> None:
    require(this.actor, SECOND_CHECK, work.card.order.site_id)
    require_other_person(this.actor.user_id, [record.performer_id], this.actor.name)


def _scan(this: Act, work: Work, step: StepDefinition, record: StepRecord, look: Look) -> SecondCheck:
    """The code that was used, or the machine, scanned again: it is the same thing or not."""
    _by_actor(this, work, record)
    if not look.scanned_code.strip():
        raise EntryNotValid(_("Scan it."), code="empty", field="scanned_code")
    scanned = unit_by_container(look.scanned_code)
    seen = scanned.container if scanned else look.scanned_code.strip()
    expected = {record.value, record.equipment.code if record.equipment else ""} - {""}
    return _check(this, record, SecondCheck.Kind.SCAN, seen in expected, look, value=seen[:200])


def _witness(this: Act, work: Work, step: StepDefinition, record: StepRecord, look: Look) -> SecondCheck:
    """The witness gives both components; the performer stays logged in."""
    signature = _signed(this, work, record, look, "witnessed")
    if signature.components != "both":
        raise EntryNotValid(
            _("A witness gives user name or badge, and the secret."), code="both-components", field="identity"
        )
    witness = Actor(signature.signer_id, signature.printed_name, this.actor.station, this.actor.session)
    require(witness, SECOND_CHECK, work.card.order.site_id)
    return _check(
        this, record, SecondCheck.Kind.WITNESS, look.agreed, look,
        signature=signature, checker_id=signature.signer_id, checker_name=signature.printed_name,
    )  # fmt: skip


def _review(this: Act, work: Work, step: StepDefinition, record: StepRecord, look: Look) -> SecondCheck:
    """Looked over; signed when credentials are given."""
    _by_actor(this, work, record)
    signature = _signed(this, work, record, look, "reviewed") if look.credentials else None
    if signature is not None and signature.signer_id != this.actor.user_id:
        raise EntryNotValid(_("Who reviews signs."), code="other-signer", field="identity")
    return _check(this, record, SecondCheck.Kind.REVIEW, look.agreed, look, signature=signature)


def _signed(this: Act, work: Work, record: StepRecord, look: Look, meaning: str) -> Signature:
    if look.credentials is None:
        raise EntryNotValid(_("Sign with user name or badge, and the secret."), code="unsigned", field="identity")
    [signature] = sign(
        actor=this.actor,
        credentials=look.credentials,
        meaning=meaning,
        subjects=[ToSign(RecordRef("shopfloor.steprecord", record.pk, str(record)), entry_content(work.card, record))],
        reason=look.note,
    )
    require_other_person(signature.signer_id, [record.performer_id], signature.printed_name)
    return signature


def entry_content(card: WorkCard, record: StepRecord) -> dict[str, Any]:
    """What a witness or reviewer sees and signs."""
    return {
        "schema": "step-record/1",
        "card": card.number,
        "step": record.step_key,
        "piece": record.unit_no,
        "value": record.value,
        "unit": record.unit,
        "outcome": str(record.outcome),
        "by": record.performer_name,
        "at": record.captured_at,
    }


def _remeasure(this: Act, work: Work, step: StepDefinition, record: StepRecord, look: Look) -> SecondCheck:
    """An own reading, without the first one in sight. Out of limits, it sets off the reaction plan like any reading."""
    _by_actor(this, work, record)
    judged = judge_number(step, read_number(step, look.value, ""))
    gauge: Equipment | None = gauge_for(work, step, look.equipment_code, judged)
    tolerance = tolerance_of(step)
    difference = abs((judged.number or Decimal(0)) - (record.number or Decimal(0)))
    agreed = difference <= tolerance and judged.outcome == record.outcome
    if judged.outcome != StepOutcome.IN and record.outcome == StepOutcome.IN:
        react(this, work, _bad(this, work, step, record, judged))
    return _check(
        this, record, SecondCheck.Kind.REMEASURE, agreed, look,
        value=judged.value, number=judged.number, difference=difference, tolerance=tolerance, equipment=gauge,
    )  # fmt: skip


def tolerance_of(step: StepDefinition) -> Decimal:
    """How far two people's readings may lie apart: as the card says, else a tenth of the limits' width.

    A parameter with one limit only has no width: then one step of its precision.
    """
    parameter = step.parameter or {}
    if parameter.get("tolerance"):
        return Decimal(parameter["tolerance"])
    lower, upper = step.limit("lower"), step.limit("upper")
    if lower is not None and upper is not None:
        return (upper - lower) * TENTH
    return Decimal(1).scaleb(-int(parameter.get("precision") or 0))


def _bad(this: Act, work: Work, step: StepDefinition, record: StepRecord, judged: Judged) -> BadEntry:
    text = f"{work.card.number} {step.key}: {judged.value} {judged.unit} at the second check, first {record.value}"
    return BadEntry(step, record.unit_no, judged.outcome, text, record.captured_at, 99, this.at)


def _tell(work: Work, record: StepRecord, check: SecondCheck) -> None:
    """Two people see different things: quality hears of it, whatever the values are."""
    difference = f", {decimal_text(check.difference)} apart" if check.difference is not None else ""
    raise_deviation(
        actor=work.actor,
        source=DeviationSource.SECOND_CHECK,
        description=(
            f"{work.card.number} {record.step_key}: {record.performer_name} entered {record.value}, "
            f"{check.checker_name} found {check.value or '—'}{difference}. {check.note}".strip()
        ),
        lot_id=work.card.lot_id,
        found=found_at(work, record.step_key, [record.unit_no] if record.unit_no else []),
    )


_LOOKS = {"scan": _scan, "witness": _witness, "remeasure": _remeasure, "review": _review}


def accept_first_piece(
    *,
    actor: Actor,
    card_id: int,
    accepted: bool,
    checks: Sequence[Mapping[str, Any]] = (),
    note: str = "",
) -> WorkCard:
    """The inspector judges the first piece (首件): volume waits for it. Not by whoever made it.

    A rejected piece is split off and held, and the next piece is the first one. OutOfSequence while its steps are open.
    """
    with act(actor=actor, verb="shopfloor.first_piece.judged", reason=note) as this:
        work = lock_work(actor, card_id)
        this.about(work.card)
        require(actor, "quality.inspect", work.card.order.site_id)
        event = "accept_first_piece" if accepted else "reject_first_piece"
        CARD.next(work.card.state, event, reason=note)
        records = records_of(work, everything=True)
        progress = work.progress(records)
        first = work.card.unit.number if work.card.unit_id and work.card.unit else progress.first
        open_steps = [*progress.open_for_card("card_start"), *progress.open_for_piece(first)]
        if open_steps:
            raise OutOfSequence(
                _("Step %(step)s of the first piece is open.") % {"step": open_steps[0].step.key},
                details={"open": [entry.as_json() for entry in open_steps]},
            )
        makers = [record.performer_id for record in records if record.unit_no in (None, first)]
        require_other_person(actor.user_id, makers, actor.name)
        inspection = _inspect(work, InspectionKind.FIRST_PIECE, accepted, checks, note, [first])
        if accepted:
            work.card.first_piece_accepted = True
        else:
            _reject(this, work, first, note)
        change_state(this, work.card, event, reason=note, data={"inspection": inspection.number})
    return work.card


def _inspect(
    work: Work, kind: str, accepted: bool, checks: Sequence[Mapping[str, Any]], note: str, pieces: list[int]
) -> Inspection:
    return record_inspection(
        actor=work.actor,
        kind=kind,
        result=InspectionResult.ACCEPTED if accepted else InspectionResult.REJECTED,
        checks=checks,
        note=note,
        lot_id=work.card.lot_id,
        found=found_at(work, "", pieces),
    )


def _reject(this: Act, work: Work, piece: int, note: str) -> None:
    step = work.operation.steps[0]
    text = f"{work.card.number}: first piece {piece} rejected. {note}"
    bad = BadEntry(step, piece, StepOutcome.FAILED, text, None, 0, this.at, source=NonconformanceSource.INSPECTION)
    nonconform_pieces(this, work, bad, [piece])


def inspect_card(
    *,
    actor: Actor,
    card_id: int,
    kind: str,
    accepted: bool,
    checks: Sequence[Mapping[str, Any]] = (),
    note: str = "",
) -> Inspection:
    """Patrol, last piece or final inspection on a card. At a hold point nothing goes on before an accepted one.

    A rejected one holds what is here on the card. Not by whoever works on the card (专检).
    """
    with act(actor=actor, verb="shopfloor.card.inspected", reason=note) as this:
        work = lock_work(actor, card_id)
        this.about(work.card)
        require(actor, "quality.inspect", work.card.order.site_id)
        if work.card.state not in (*RUNNING_STATES, CardState.PAUSED):
            raise NotPossible(_("Nothing is being made on this card."), code="card-not-running")
        if kind == InspectionKind.FIRST_PIECE:
            raise NotPossible(_("The first piece has its own act."), code="wrong-kind", field="kind")
        makers = [record.performer_id for record in records_of(work, everything=True)]
        require_other_person(actor.user_id, makers, actor.name)
        inspection = _inspect(work, kind, accepted, checks, note, list(work.pieces))
        this.relate(inspection)
        if not accepted and work.pieces:
            text = f"{work.card.number}: {kind} inspection {inspection.number} rejected. {note}"
            bad = BadEntry(
                work.operation.steps[0], None, StepOutcome.FAILED, text, None, 0, this.at,
                source=NonconformanceSource.INSPECTION,
            )  # fmt: skip
            nonconform_pieces(this, work, bad, list(work.pieces))
    return inspection
