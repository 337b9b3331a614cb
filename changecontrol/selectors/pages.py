"""What the page of a change shows: its stages, and its signatures with what they are worth now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from changecontrol.models import ApprovalStep, ChangeRequest
from changecontrol.selectors.approval import open_steps
from changecontrol.selectors.content import subjects_of
from changecontrol.states import PIPELINE, SIDES, ChangeState
from foundation.core import clock
from foundation.core.refs import RecordRef
from foundation.records.models import Signature
from foundation.records.selectors import attach_revision_signatures, signature_validity

MEANINGS = {"approved": gettext_lazy("Approved"), "refused": gettext_lazy("Refused")}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the pipeline: from when to when, by whom, and for whom it waits."""

    state: str
    label: Any
    progress: str  # done, current, todo
    since: datetime | None
    who: str
    until: datetime
    waits_for: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A signature with what it is worth now, as components/signatures.html shows it."""

    signature: Signature
    validity: str
    meaning_label: str


def stages_of(change: ChangeRequest) -> list[Stage]:
    """The pipeline from the history of the change: the last time it came into each state."""
    reached: dict[str, Any] = {}
    before = ""
    for row in ChangeRequest.history.filter(id=change.pk).order_by("history_id"):
        if row.state != before:
            reached[row.state] = row
        before = row.state
    current = change.state if change.state in PIPELINE else ""
    place = PIPELINE.index(ChangeState(change.state)) if current else -1
    rows = [reached.get(state) for state in PIPELINE]
    found = []
    for number, (state, row) in enumerate(zip(PIPELINE, rows, strict=True)):
        progress = "done" if number < place else "current" if number == place else "todo"
        row = row if progress != "todo" else None
        following = next((other for other in rows[number + 1 : place + 1] if other is not None), None)
        until = following.history_date if following is not None else clock.now()
        found.append(
            Stage(
                state=state,
                label=state.label,
                progress=progress,
                since=row.history_date if row else None,
                who=row.history_actor if row else "",
                until=until,
                waits_for=_waits_for(change) if progress == "current" else "",
            )
        )
    return found


def _waits_for(change: ChangeRequest) -> str:
    if change.state == ChangeState.IN_APPROVAL:
        return ", ".join(str(SIDES[step.side].name) for step in open_steps(change))
    if change.state in (ChangeState.DRAFT, ChangeState.ASSESSED, ChangeState.APPROVED):
        return change.raised_by.name if change.raised_by else ""
    return ""


def signatures_of_change(change: ChangeRequest) -> list[Manifest]:
    """The signatures of the change itself in every round; those of the present one are checked against what it says now."""
    record = RecordRef.to(change)
    content = subjects_of(change)[0].content
    steps: dict[int, ApprovalStep] = {
        step.signatures[0]: step for step in change.approval_steps.order_by("pk") if step.signatures
    }
    found = []
    for signature in Signature.objects.filter(pk__in=list(steps)).order_by("pk"):
        step = steps[signature.pk]
        validity = signature_validity(signature, record, content) if step.round == change.round else ""
        words = _("%(meaning)s for %(side)s, round %(round)d") % {
            "meaning": MEANINGS[step.outcome],
            "side": SIDES[step.side].name,
            "round": step.round,
        }
        found.append(Manifest(signature, validity, words))
    return found


def attach_change_signatures(rows: list[ChangeRequest]) -> None:
    """Give each ``.manifests``, over all its rounds, checked against the content that it was last submitted with."""
    attach_revision_signatures(rows)


def signatures_of_revisions(change: ChangeRequest) -> dict[RecordRef, list[Manifest]]:
    """Each carried revision → its signatures of the present round, checked against its content now."""
    ids = [pk for step in change.approval_steps.filter(round=change.round) for pk in step.signatures[1:]]
    signatures = list(Signature.objects.filter(pk__in=ids).order_by("pk"))
    return {
        subject.record: [
            Manifest(row, signature_validity(row, subject.record, subject.content), str(MEANINGS[row.meaning]))
            for row in signatures
            if (row.record_label, row.record_id) == (subject.record.label, subject.record.id)
        ]
        for subject in subjects_of(change)[1:]
    }
