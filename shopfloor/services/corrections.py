"""Corrections add, never overwrite, and run the limits again (domain, rule 8)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import NotFound
from foundation.core.refs import RecordRef
from foundation.records.act import Act, act
from foundation.records.services import Credentials, ToSign, sign
from quality.policies import person_of
from shopfloor.exceptions import EntryNotValid, NotPossible
from shopfloor.models import Correction, StepRecord
from shopfloor.policies import WORK, can_correct_own, require_other_person
from shopfloor.services.entries import BAD, Capture, Prepared, bad_entry, request_hash_of, write_record
from shopfloor.services.loading import Work, lock_work, records_of
from shopfloor.services.reactions import NOTHING, Reacted, contain_gone, react
from shopfloor.services.readings import Judged, judge
from shopfloor.states import CORRECTION, SETTLED_STATES, CorrectionState

CORRECTABLE = ("reading", "checklist", "choice", "text", "clearance", "inspection")


def correct_entry(
    *, actor: Actor, record_id: int, value: str, reason: str, captured_at: datetime, idempotency_key: UUID | None = None
) -> StepRecord:
    """Before completion: the performer replaces an own entry, with a reason. The old one stays.

    Out of limits to within needs a second person, so it goes by `request_correction`; within to out sets off the reaction
    plan.
    """
    with act(actor=actor, verb="shopfloor.entry.corrected", reason=reason, captured_at=captured_at) as this:
        work, record = _locked(this, actor, record_id)
        can_correct_own(actor, record, work.card.order.site_id).require()
        if work.card.state in SETTLED_STATES:
            raise NotPossible(
                _("This card is completed: the line leader asks for a correction, quality approves it."),
                code="card-completed",
            )
        judged = _judge(work, record, value, reason)
        if record.outcome in BAD and judged.outcome not in BAD:
            raise NotPossible(
                _("From out of limits to within takes a second person: ask for a correction."), code="needs-approval"
            )
        capture = Capture(captured_at, idempotency_key or uuid4())
        return _apply(this, work, record, judged, reason, capture, (actor.user_id, actor.name))


def request_correction(*, actor: Actor, record_id: int, new_value: str, reason: str) -> Correction:
    """The line leader asks that an entry be corrected; quality decides. One open request per entry."""
    with act(actor=actor, verb="shopfloor.correction.requested", reason=reason) as this:
        work, record = _locked(this, actor, record_id, "shopfloor.request_correction")
        judged = _judge(work, record, new_value, reason)
        if Correction.objects.filter(record=record, state=CorrectionState.ASKED).exists():
            raise NotPossible(_("A correction of this entry is asked for already."), code="correction-open")
        correction = Correction(
            record=record,
            new_value=judged.value,
            reason=reason.strip(),
            asked_by_id=person_of(actor),
            asked_by_name=actor.name,
            asked_at=this.at,
        )
        correction.save()
        this.relate(correction)
        this.note(was=record.value, becomes=judged.value)
    return correction


def approve_correction(*, actor: Actor, correction_id: int, credentials: Credentials, note: str) -> Correction:
    """Quality approves and signs: the new entry counts from now on, its limits are run, the old one stays.

    Not by who asked, nor by who made the entry. Out to within never closes a nonconformance by itself; within to out
    contains the piece.
    """
    with act(actor=actor, verb="shopfloor.correction.approved", reason=note) as this:
        correction, work, record = _decided(this, actor, correction_id)
        row = CORRECTION.next(correction.state, "approve", reason=note)
        correction.signature_id = _sign(actor, credentials, row.meaning, correction, record, note)
        judged = _judge(work, record, correction.new_value, correction.reason)
        capture = Capture(record.captured_at, uuid4())
        applied = _apply(
            this, work, record, judged, correction.reason, capture, (record.performer_id, record.performer_name)
        )
        correction.applied_as = applied
        _decide(this, correction, row.target, note)
    return correction


def refuse_correction(*, actor: Actor, correction_id: int, credentials: Credentials, note: str) -> Correction:
    """Quality refuses: the entry stays as it is."""
    with act(actor=actor, verb="shopfloor.correction.refused", reason=note) as this:
        correction, _work, record = _decided(this, actor, correction_id)
        row = CORRECTION.next(correction.state, "refuse", reason=note)
        correction.signature_id = _sign(actor, credentials, row.meaning, correction, record, note)
        _decide(this, correction, row.target, note)
    return correction


def _locked(this: Act, actor: Actor, record_id: int, permission: str = WORK) -> tuple[Work, StepRecord]:
    record = StepRecord.objects.filter(pk=record_id).first()
    if record is None:
        raise NotFound.here()
    work = lock_work(actor, record.card_id)
    this.about(work.card)
    require(actor, permission, work.card.order.site_id)
    if record.kind not in CORRECTABLE:
        raise NotPossible(
            _("A scan or a file is not corrected: take the part out, or exclude the sample."), code="not-correctable"
        )
    if StepRecord.objects.filter(corrects=record).exists():
        raise NotPossible(_("This entry was corrected already: correct the newest one."), code="corrected-before")
    return work, record


def _decided(this: Act, actor: Actor, correction_id: int) -> tuple[Correction, Work, StepRecord]:
    found = Correction.objects.filter(pk=correction_id).values_list("record_id", flat=True).first()
    if found is None:
        raise NotFound.here()
    work, record = _locked(this, actor, found, "quality.approve_correction")
    correction: Correction = Correction.objects.select_for_update().get(pk=correction_id)
    require_other_person(actor.user_id, [correction.asked_by_id, record.performer_id], actor.name)
    this.relate(correction)
    return correction, work, record


def _decide(this: Act, correction: Correction, target: str, note: str) -> None:
    correction.state = CorrectionState(target)
    correction.decided_by_id, correction.decided_by_name = this.actor.user_id, this.actor.name
    correction.decided_at, correction.decision_note = this.at, note.strip()
    correction.save()


def correction_content(correction: Correction, record: StepRecord) -> dict[str, object]:
    """What quality sees and signs."""
    return {
        "schema": "correction/1",
        "card": record.card.number,
        "step": record.step_key,
        "piece": record.unit_no,
        "was": record.value,
        "becomes": correction.new_value,
        "reason": correction.reason,
        "asked_by": correction.asked_by_name,
    }


def _sign(
    actor: Actor, credentials: Credentials, meaning: str, correction: Correction, record: StepRecord, note: str
) -> int:
    ref = RecordRef("shopfloor.correction", correction.pk, record.card.number)
    [signature] = sign(
        actor=actor,
        credentials=credentials,
        meaning=meaning,
        subjects=[ToSign(ref, correction_content(correction, record))],
        reason=note,
    )
    if signature.signer_id != actor.user_id:
        raise EntryNotValid(_("The person who decides signs."), code="other-signer", field="identity")
    return int(signature.pk)


def _judge(work: Work, record: StepRecord, value: str, reason: str) -> Judged:
    if not reason.strip():
        raise EntryNotValid(_("Give a reason."), code="reason-required", field="reason")
    judged = judge(work.operation.step(record.step_key), value)
    if judged.value == record.value:
        raise EntryNotValid(_("This is what stands there already."), code="same-value", field="value")
    return judged


def _apply(
    this: Act,
    work: Work,
    record: StepRecord,
    judged: Judged,
    reason: str,
    capture: Capture,
    performer: tuple[int | None, str],
) -> StepRecord:
    """The new row, with the reaction of its own outcome; the old outcome's quality records stay open."""
    step = work.operation.step(record.step_key)
    progress = work.progress(records_of(work, record.unit_no, everything=True))
    prepared = Prepared(
        step,
        record.unit_no,
        request_hash_of("correction", record.pk, judged.value),
        judged,
        note=reason,
        equipment=record.equipment,
        performer=performer,
        more={"corrects": record},
    )
    reacted: Reacted = NOTHING
    newly_out = judged.outcome in BAD and record.outcome not in BAD
    if newly_out and (record.unit_no is None or record.unit_no in work.pieces):
        reacted = react(this, work, bad_entry(this, work, progress, prepared))
    elif newly_out:
        reacted = contain_gone(this, work, bad_entry(this, work, progress, prepared))
    elif judged.outcome in BAD:
        reacted = Reacted(record.reaction, record.nonconformance, record.deviation)
    new = write_record(this, work, progress, prepared, capture, reacted)
    this.note(was=record.value, becomes=judged.value, record=record.pk)
    return new
