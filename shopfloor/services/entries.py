"""Record a step. The hot path of the floor: at most ten statements, and no history-tracked row is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.records.act import Act, act
from resources.equipment.models import Equipment
from resources.equipment.selectors import measures
from shopfloor.definition import StepDefinition
from shopfloor.events import StepRecorded
from shopfloor.exceptions import Conflict, GateClosed, NotPossible, OutOfSequence
from shopfloor.gates import (
    MACHINE,
    MAN,
    ask_gates,
    closed,
    equipment_answer,
    require_open,
    with_override,
)
from shopfloor.models import StepRecord
from shopfloor.policies import require_other_person, require_step
from shopfloor.progress import Progress
from shopfloor.services.cards import find_equipment
from shopfloor.services.loading import Work, lock_work, piece_for, records_of, require_running
from shopfloor.services.reactions import NOTHING, BadEntry, Reacted, contain_gone, last_good_of, react
from shopfloor.services.readings import Judged, ask_once, judge
from shopfloor.states import CardState, Reaction, StepOutcome

LATE_AFTER = timedelta(minutes=15)
BAD = (StepOutcome.BELOW, StepOutcome.ABOVE, StepOutcome.FAILED)


@dataclass(frozen=True, slots=True)
class Capture:
    """How an entry came: when the device says it happened, when it sent it, what it came from, and its key.

    The same key is the same entry, however often it arrives.
    """

    captured_at: datetime
    idempotency_key: UUID
    device_time: datetime | None = None  # the device's clock when it sent
    origin: str = "typed"


@dataclass(frozen=True, slots=True)
class StepResult:
    """What became of an entry. ``repeated``: this key was recorded before, and this is the first answer again."""

    record: StepRecord
    repeated: bool = False

    @property
    def outcome(self) -> str:
        return str(self.record.outcome)

    @property
    def reaction(self) -> str:
        return str(self.record.reaction)

    def as_json(self) -> dict[str, Any]:
        record = self.record
        return {
            "id": record.pk,
            "step": record.step_key,
            "unit_no": record.unit_no,
            "value": record.value,
            "outcome": record.outcome,
            "reaction": record.reaction,
            "nonconformance": record.nonconformance.number if record.nonconformance else None,
            "deviation": record.deviation.number if record.deviation else None,
            "repeated": self.repeated,
        }


@dataclass
class Prepared:
    """What is written in the row beside the judged value."""

    step: StepDefinition
    piece: int | None
    request_hash: str
    judged: Judged
    note: str = ""
    confirmed: bool = False
    equipment: Equipment | None = None
    measure_again: bool = False
    evidence: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    performer: tuple[int | None, str] | None = None


def record_step(
    *,
    actor: Actor,
    card_id: int,
    step_key: str,
    value: Any,
    captured_at: datetime,
    idempotency_key: UUID,
    unit_no: int | None = None,
    unit: str = "",
    note: str = "",
    confirm_out_of_limits: bool = False,
    measure_again: bool = False,
    equipment_code: str = "",
    device_time: datetime | None = None,
    origin: str = "typed",
) -> StepResult:
    """One entry of one step: sequence, gates of what it uses, limits, then the card's reaction plan.

    ``value`` as typed: a number in the parameter's unit, ``ok``/``not_ok``, a choice, a text. The same key gives the first
    answer again; with another content it is a Conflict. ``measure_again`` keeps a reading that is out and leaves the step
    open, as often as the card allows; ``confirm_out_of_limits`` says that it is so.

    Refused with a reason: card not running (NotPossible), a step before it open (OutOfSequence), a closed gate (GateClosed),
    not a number, unit or precision wrong (EntryNotValid). A typed value outside its limits asks once (ConfirmOutOfLimits), and
    the value given up stays in the ledger.
    """
    capture = Capture(captured_at, idempotency_key, device_time, origin)
    with act(actor=actor, verb="shopfloor.step.recorded", captured_at=captured_at) as this:
        request = request_hash_of(step_key, str(value), unit_no, unit, note, equipment_code)
        work, step, records, earlier = begin_entry(this, actor, card_id, step_key, unit_no, idempotency_key, request)
        if earlier is not None:
            return earlier
        piece = piece_for(work, step, unit_no)
        this.note(step=step_key, unit_no=piece, value=str(value)[:200])
        progress = work.progress(records)
        check_order(work, progress, step, piece)
        if step.kind in ("material_scan", "file") and value != "not_used":
            raise NotPossible(_("This step is done by a scan or a file."), code="wrong-kind", field="step_key")
        judged = _not_used(work, step) if value == "not_used" else judge(step, value, unit)
        equipment = gauge_for(work, step, equipment_code, judged)
        left = remeasures_left(progress, step, piece)
        ask_once(step, judged, confirmed=confirm_out_of_limits, measure_again=measure_again, origin=origin, left=left)
        is_bad = judged.outcome in BAD
        prepared = Prepared(step, piece, request, judged, note, confirm_out_of_limits and is_bad, equipment)
        prepared.measure_again = measure_again and is_bad
        return finish_entry(this, work, progress, prepared, capture)


def request_hash_of(*parts: Any) -> str:
    """What makes two requests with one key the same request."""
    return content_hash(["" if part is None else str(part) for part in parts])


def begin_entry(
    this: Act, actor: Actor, card_id: int, step_key: str, unit_no: int | None, key: UUID, request: str
) -> tuple[Work, StepDefinition, list[StepRecord], StepResult | None]:
    """Lock, find an earlier arrival of the same key, ask policy, state and the gates of every step."""
    work = lock_work(actor, card_id)
    this.about(work.card)
    step = work.operation.step(step_key)
    piece = unit_no or (work.card.unit.number if work.card.unit_id and work.card.unit else None)
    records = records_of(work, piece, key=key, everything=step.rule == "card_end")
    earlier = _earlier(this, records, key, request)
    if earlier is not None:
        return work, step, records, earlier
    require_step(actor, step, work.card.order.site_id)
    require_running(work)
    if not work.clocked_in and step.by != "inspector":
        require_open([closed(MAN, "not-clocked-in", _("Clock in on this card first."))])
    require_open(ask_gates(work.asked(), "step"))
    if step.by == "mutual" and piece is not None:
        own = [record.performer_id for record in records if record.unit_no == piece]
        require_other_person(actor.user_id, own, actor.name)
    return work, step, records, None


def _earlier(this: Act, records: list[StepRecord], key: UUID, request: str) -> StepResult | None:
    found = next((record for record in records if record.idempotency_key == key), None)
    if found is None:
        return None
    if found.request_hash != request:
        raise Conflict(
            _("This key was used for another entry."), code="idempotency-key-reused", details={"record": found.pk}
        )
    this.verb = "shopfloor.step.repeated"  # nothing is recorded a second time, and the ledger says so
    return StepResult(found, repeated=True)


def check_order(work: Work, progress: Progress, step: StepDefinition, piece: int | None) -> None:
    """The sequence: what is before is done, this is not; until the first piece is accepted only it is worked on."""
    _check_first_piece(work, progress, piece)
    if piece is not None and not progress.applies(step, piece):
        raise NotPossible(
            _("Step %(step)s is not asked for piece %(piece)s.") % {"step": step.key, "piece": piece},
            code="not-asked",
            field="unit_no",
        )
    before = progress.before(step, piece, work.pieces)
    if before:
        raise OutOfSequence(
            _("Step %(step)s comes first.") % {"step": before[0].step.key},
            details={"open": [entry.as_json() for entry in before[:20]]},
        )
    if progress.is_done(step, piece):
        raise NotPossible(
            _("This is recorded already. A wrong entry is corrected, not entered again."), code="already-recorded"
        )
    if progress.waits_for_check(step, piece):
        raise NotPossible(_("This entry waits for its second check."), code="second-check-open")


def _check_first_piece(work: Work, progress: Progress, piece: int | None) -> None:
    pending = work.card.state == CardState.FIRST_PIECE_PENDING and work.card.unit_id is None
    if pending and piece is not None and piece != progress.first:
        raise OutOfSequence(
            _("The first piece (%(piece)s) is not accepted yet.") % {"piece": progress.first},
            code="first-piece-pending",
            details={"first": progress.first},
        )


def _not_used(work: Work, step: StepDefinition) -> Judged:
    """An optional line that is left out."""
    lines = [work.definition.line(work.card.operation, position) for position in step.positions]
    if not lines or not all(line.optional for line in lines):
        raise NotPossible(_("Only an optional part can be left out."), code="not-optional", field="value")
    return Judged("not_used", StepOutcome.DONE)


def remeasures_left(progress: Progress, step: StepDefinition, piece: int | None) -> int:
    """How often the card still lets this be measured again; every reading is kept."""
    done = [r for r in progress.entries_of(step, piece) if r.reaction == Reaction.REMEASURE]
    return int((step.parameter or {}).get("max_remeasure") or 0) - len(done)


def gauge_for(work: Work, step: StepDefinition, code: str, judged: Judged) -> Equipment | None:
    """The gauge of a reading through the gate Machine: right class, calibrated, and measuring there."""
    wanted = str((step.parameter or {}).get("gauge_class") or "")
    if not wanted and not code:
        return None
    machine = work.card.equipment
    if not code and machine is not None and machine.equipment_class.code == wanted:
        code = machine.code  # the machine that the card runs on is the gauge
    if not code:
        reason = _("Scan a gauge of class %(class)s.") % {"class": wanted}
        require_open([closed(MACHINE, "no-gauge", reason)])
    gauge = find_equipment(code)
    require_open([with_override(work.card, equipment_answer(gauge, wanted))])
    if judged.number is not None and gauge.unit:
        answer = measures(gauge, judged.number, judged.unit)
        if not answer:
            raise GateClosed(
                str(answer.reason), code="gauge-range", field="equipment_code", details={"evidence": answer.evidence}
            )
    return gauge


def finish_entry(this: Act, work: Work, progress: Progress, prepared: Prepared, capture: Capture) -> StepResult:
    """React if it is out, write the row, tell who listens."""
    reacted = NOTHING
    if prepared.measure_again:
        reacted = Reacted(Reaction.REMEASURE)
    elif prepared.judged.outcome in BAD:
        bad = bad_entry(this, work, progress, prepared)
        here = prepared.piece is None or prepared.piece in work.pieces
        reacted = react(this, work, bad) if here else contain_gone(this, work, bad)
    record = write_record(this, work, progress, prepared, capture, reacted)
    this.relate(*[thing for thing in (reacted.nonconformance, reacted.deviation) if thing])
    this.publish(
        StepRecorded(card_id=work.card.pk, record_id=record.pk, step_key=record.step_key, outcome=str(record.outcome))
    )
    return StepResult(record)


def bad_entry(this: Act, work: Work, progress: Progress, prepared: Prepared) -> BadEntry:
    """The entry in words, with what the reaction plan needs to know."""
    step, judged, piece = prepared.step, prepared.judged, prepared.piece
    parameter = step.parameter or {}
    name = str(parameter.get("code") or step.key)
    where = _("piece %(piece)s") % {"piece": piece} if piece else _("the card")
    limits = ""
    if parameter:
        limits = f" [{parameter.get('lower') or '−∞'} – {parameter.get('upper') or '∞'}]"
    text = f"{work.card.number} {step.key} {name}: {judged.value} {judged.unit}{limits}, {where}"
    if prepared.note:
        text = f"{text}. {prepared.note}"
    loops = [r for r in progress.records if r.unit_no == piece and r.reaction == Reaction.REWORK_LOOP]
    return BadEntry(
        step=step,
        piece=piece,
        outcome=judged.outcome,
        text=text,
        last_good=last_good_of(progress.records, step.key),
        loops=len(loops),
        at=this.at,
    )


def write_record(
    this: Act, work: Work, progress: Progress, prepared: Prepared, capture: Capture, reacted: Reacted
) -> StepRecord:
    """The row itself."""
    step, judged = prepared.step, prepared.judged
    skew = None
    if capture.device_time is not None:
        skew = max(-2_000_000_000, min(2_000_000_000, int((capture.device_time - this.at).total_seconds() * 1000)))
    performer_id, performer_name = prepared.performer or (this.actor.user_id, this.actor.name)
    values: dict[str, Any] = {
        "card": work.card,
        "step_key": step.key,
        "kind": step.kind,
        "unit_no": prepared.piece,
        "attempt": 1 + len([r for r in progress.records if r.step_key == step.key and r.unit_no == prepared.piece]),
        "value": judged.value,
        "number": judged.number,
        "unit": judged.unit,
        "lower": step.limit("lower"),
        "upper": step.limit("upper"),
        "target": step.limit("target"),
        "outcome": judged.outcome,
        "reaction": reacted.reaction,
        "nonconformance": reacted.nonconformance,
        "deviation": reacted.deviation,
        "confirmed": prepared.confirmed,
        "note": prepared.note.strip(),
        "origin": capture.origin,
        "equipment": prepared.equipment,
        "evidence": {**prepared.evidence, **gauge_evidence(prepared.equipment)},
        "performer_id": performer_id,
        "performer_name": performer_name,
        "station": this.actor.station,
        "session": this.actor.session,
        "idempotency_key": capture.idempotency_key,
        "request_hash": prepared.request_hash,
        "captured_at": capture.captured_at,
        "received_at": this.at,
        "skew_ms": skew,
        "late": this.at - capture.captured_at > LATE_AFTER,
        **prepared.more,
    }
    record = StepRecord(**values)
    record.save(force_insert=True)
    return record


def gauge_evidence(equipment: Equipment | None) -> Mapping[str, Any]:
    """Calibration at the time, kept beside the reading."""
    if equipment is None:
        return {}
    due = equipment.calibration_due
    return {"equipment": equipment.code, "calibration_due": due.isoformat() if due else None}
