"""Attach a recorded test: the original is kept, read, and its statistics are checked against the card."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import NotFound
from foundation.core.refs import RecordRef
from foundation.files.models import Attachment
from foundation.files.selectors import content_of
from foundation.files.services import keep_original
from foundation.records.act import Act, act
from quality.policies import person_of
from shopfloor.definition import StepDefinition
from shopfloor.exceptions import EntryNotValid, NotPossible
from shopfloor.models import SampleExclusion, StepRecord, TestFile
from shopfloor.policies import require_other_person
from shopfloor.recordings import Recording, check_columns, columns_of, implausible_samples, read_recording
from shopfloor.services.entries import (
    Capture,
    Prepared,
    StepResult,
    begin_entry,
    check_order,
    finish_entry,
    request_hash_of,
)
from shopfloor.services.loading import Work, lock_work, piece_for, records_of
from shopfloor.services.readings import Judged
from shopfloor.states import SETTLED_STATES, StepOutcome


def attach_test_file(
    *,
    actor: Actor,
    card_id: int,
    step_key: str,
    content: bytes,
    file_name: str,
    captured_at: datetime,
    idempotency_key: UUID,
    unit_no: int | None = None,
    device_time: datetime | None = None,
) -> StepResult:
    """Keep the recording, read it, check its statistics against the limits of the step.

    The file does not say which device it is of: its origin is "asserted by operator". A sample outside the plausible range
    fails the file until quality excludes it (outcome *pending*; `exclude_sample`). NotPossible (``file-used``) for a content
    that was attached before, to whatever piece. EntryNotValid names row and column of what cannot be read.
    """
    capture = Capture(captured_at, idempotency_key, device_time, "file")
    sha256 = hashlib.sha256(content).hexdigest()
    with act(actor=actor, verb="shopfloor.test_file.attached", captured_at=captured_at) as this:
        this.note(file=file_name[:200], sha256=sha256, step=step_key, unit_no=unit_no)
        request = request_hash_of("file", step_key, unit_no, sha256)
        work, step, records, earlier = begin_entry(this, actor, card_id, step_key, unit_no, idempotency_key, request)
        if earlier is not None:
            return earlier
        if step.file is None:
            raise NotPossible(_("This step takes no file."), code="wrong-kind", field="step_key")
        piece = piece_for(work, step, unit_no)
        _check_new(sha256)
        progress = work.progress(records)
        check_order(work, progress, step, piece)
        recording = read_recording(content, columns_of(step.file))
        kept = keep_original(
            actor=actor,
            content=content,
            name=file_name,
            origin_statement=_("asserted by operator: %(name)s, %(card)s")
            % {"name": actor.name, "card": work.card.number},
            subject=RecordRef.to(work.card),
            allowed_types=("text/csv", "text/plain"),
        )
        test_file = _test_file(this, work, step, piece, kept, recording, capture)
        prepared = _prepared(test_file, step, recording, request)
        return finish_entry(this, work, progress, prepared, capture)


def _check_new(sha256: str) -> None:
    used = TestFile.objects.select_related("card").filter(sha256=sha256).first()
    if used is not None:
        raise NotPossible(
            _("This very file is attached to %(card)s, piece %(piece)s.")
            % {"card": used.card.number, "piece": used.unit_no or "–"},
            code="file-used",
            field="file",
            details={"card": used.card.number, "unit_no": used.unit_no, "sha256": sha256},
        )


def _test_file(
    this: Act,
    work: Work,
    step: StepDefinition,
    piece: int | None,
    kept: Attachment,
    recording: Recording,
    capture: Capture,
) -> TestFile:
    row = TestFile(
        card=work.card,
        step_key=step.key,
        unit_no=piece,
        attachment=kept,
        file_name=kept.name,
        sha256=kept.sha256,
        sample_count=recording.rows,
        implausible=implausible_samples(recording, (step.file or {}).get("plausible") or {}),
        attached_by_id=this.actor.user_id,
        attached_by_name=this.actor.name,
        station=this.actor.station,
        session=this.actor.session,
        idempotency_key=capture.idempotency_key,
        captured_at=capture.captured_at,
        at=this.at,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # another card took the same content a moment ago
        _check_new(kept.sha256)
        raise
    return row


def _prepared(test_file: TestFile, step: StepDefinition, recording: Recording, request: str) -> Prepared:
    """The entry that the file makes: pending while an implausible sample is in it, else its statistics."""
    exclusions = list(test_file.exclusions.order_by("row"))
    excluded = {exclusion.row for exclusion in exclusions}
    bad_rows = [sample for sample in test_file.implausible if sample["row"] not in excluded]
    evidence: dict[str, Any] = {
        "test_file": test_file.pk,
        "attachment": test_file.attachment_id,
        "sha256": test_file.sha256,
        "file_name": test_file.file_name,
        "origin": test_file.origin,
        "samples": test_file.sample_count,
        "excluded": [
            {"row": e.row, "reason": e.reason, "by": e.excluded_by_name, "values": e.values} for e in exclusions
        ],
    }
    if bad_rows:
        evidence["implausible"] = bad_rows
        words = _("%(count)s implausible samples") % {"count": len(bad_rows)}
        judged = Judged(words, StepOutcome.PENDING)
    else:
        evidence["checks"] = check_columns(recording, (step.file or {})["checks"], excluded)
        judged = _judged(evidence["checks"])
    performer = (test_file.attached_by_id, test_file.attached_by_name)
    return Prepared(step, test_file.unit_no, request, judged, evidence=evidence, performer=performer)


def _judged(checks: list[dict[str, Any]]) -> Judged:
    words = "; ".join(f"{c['statistic']} {c['column']} {c['value']} {c['unit']}".strip() for c in checks)
    out = [check["outcome"] for check in checks if check["outcome"] != StepOutcome.IN]
    return Judged(words, out[0] if out else StepOutcome.IN)


def exclude_sample(*, actor: Actor, test_file_id: int, rows: Sequence[int], reason: str) -> StepResult:
    """Implausible samples do not count, by an assignable cause; then the file is judged again.

    By quality (``quality.exclude_sample``), and not by who attached the file. Only samples that are implausible by the card
    can be excluded: what is merely inconvenient stays in. The record shows rows, values, reason and person.
    """
    with act(actor=actor, verb="shopfloor.sample.excluded", reason=reason) as this:
        test_file = TestFile.objects.select_related("attachment__file").filter(pk=test_file_id).first()
        if test_file is None:
            raise NotFound.here()
        work = lock_work(actor, test_file.card_id)
        this.about(work.card)
        require(actor, "quality.exclude_sample", work.card.order.site_id)
        this.note(file=test_file.file_name, sha256=test_file.sha256, rows=list(rows))
        require_other_person(actor.user_id, [test_file.attached_by_id], actor.name)
        step = work.operation.step(test_file.step_key)
        progress = work.progress(records_of(work, test_file.unit_no, everything=True))
        _check_excludable(work, test_file, progress.in_force(step, test_file.unit_no), rows, reason)
        recording = read_recording(content_of(test_file.attachment), columns_of(step.file or {}))
        SampleExclusion.objects.bulk_create(
            [
                SampleExclusion(
                    test_file=test_file,
                    row=row,
                    values=recording.values_of(row),
                    reason=reason.strip(),
                    excluded_by_id=person_of(actor),
                    excluded_by_name=actor.name,
                    at=this.at,
                )
                for row in sorted(set(rows))
            ]
        )
        request = request_hash_of("exclude", test_file.pk, sorted(set(rows)))
        prepared = _prepared(test_file, step, recording, request)
        return finish_entry(this, work, progress, prepared, Capture(test_file.captured_at, uuid4(), None, "file"))


def _check_excludable(
    work: Work, test_file: TestFile, in_force: StepRecord | None, rows: Sequence[int], reason: str
) -> None:
    if work.card.state in SETTLED_STATES:
        raise NotPossible(_("This card is completed."), code="card-completed")
    if (
        in_force is None
        or in_force.evidence.get("test_file") != test_file.pk
        or in_force.outcome != StepOutcome.PENDING
    ):
        raise NotPossible(_("This file does not wait for a decision."), code="not-pending")
    if not reason.strip():
        raise EntryNotValid(_("Give the assignable cause."), code="reason-required", field="reason")
    waiting = {sample["row"] for sample in in_force.evidence.get("implausible", [])}
    if not rows or not set(rows) <= waiting:
        raise EntryNotValid(
            _("Only implausible samples can be excluded."),
            code="not-implausible",
            field="rows",
            details={"implausible": sorted(waiting)},
        )
