"""Sign: over the hash of the whole change and of each revision that it carries, in one act."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from changecontrol.events import ChangeRefused
from changecontrol.exceptions import ChangedSince, NotYours
from changecontrol.models import ApprovalOutcome, ApprovalStep, ChangeRequest
from changecontrol.policies import can_sign, stands_for_a_side, step_for
from changecontrol.selectors.approval import open_steps
from changecontrol.selectors.content import changed_since_submission, subjects_of
from changecontrol.services.moving import advance, locked
from changecontrol.services.submission import return_drafts
from changecontrol.states import CHANGE, ChangeState
from foundation.core.actor import Actor
from foundation.core.errors import PermissionDenied
from foundation.records.act import Act, act
from foundation.records.models import Signature
from foundation.records.services import Credentials, ToSign, sign


def approve_change(*, actor: Actor, change_id: int, credentials: Credentials) -> ChangeRequest:
    """Sign for the side that the actor stands for; the last signature of the route approves the change.

    NotYours for an author and for a second signature of one person; ChangedSince when what is shown is not what was
    submitted. ISO 13485 4.2.4, 7.3.9; 21 CFR 11.50, 11.70.
    """
    with act(actor=actor, verb="changecontrol.change.approved") as this:
        change = locked(this, change_id)
        _require_side(actor)
        meaning = CHANGE.next(change.state, "sign").meaning
        step, subjects = _may_sign(actor, change)
        changed = changed_since_submission(change, subjects)
        if changed:
            raise ChangedSince(
                _("No longer as submitted: %(records)s. Refuse, and submit again.") % {"records": ", ".join(changed)},
                details={"records": changed},
            )
        _sign(this, actor, step, credentials, meaning, subjects)
        if not open_steps(change):
            advance(this, change, "approve")
            change.save()
        this.note(side=step.side, round=change.round)
    return change


def refuse_change(*, actor: Actor, change_id: int, credentials: Credentials, reason: str) -> ChangeRequest:
    """Refuse with a signature and a reason: every draft can be edited again, the change is reopened when it is better."""
    with act(actor=actor, verb="changecontrol.change.refused", reason=reason) as this:
        change = locked(this, change_id)
        _require_side(actor)
        row = CHANGE.next(change.state, "refuse", reason=reason)
        step, subjects = _may_sign(actor, change)
        _sign(this, actor, step, credentials, row.meaning, subjects[:1], reason)
        advance(this, change, "refuse", reason)
        change.save()
        return_drafts(actor, change, reason)
        this.publish(ChangeRefused(change_id=change.pk, number=change.number, reason=reason))
    return change


def _require_side(actor: Actor) -> None:
    """Somebody who signs for no side of any change is told so first, whatever the state. NotYours."""
    decision = stands_for_a_side(actor)
    if not decision:
        raise NotYours(decision.reason)


def _may_sign(actor: Actor, change: ChangeRequest) -> tuple[ApprovalStep, list[ToSign]]:
    decision = can_sign(actor, change)
    step = step_for(actor, change)
    if not decision or step is None:
        raise NotYours(decision.reason)
    return step, subjects_of(change)


def _sign(
    this: Act,
    actor: Actor,
    step: ApprovalStep,
    credentials: Credentials,
    meaning: str,
    subjects: Sequence[ToSign],
    reason: str = "",
) -> list[Signature]:
    signatures = sign(actor=actor, credentials=credentials, meaning=meaning, subjects=subjects, reason=reason)
    if any(signature.signer_id != actor.user_id for signature in signatures):
        raise PermissionDenied(
            _("These are another person's credentials: each signs in their own session."), code="other-signer"
        )
    step.outcome = ApprovalOutcome.APPROVED if meaning == ChangeState.APPROVED else ApprovalOutcome.REFUSED
    step.signer_id, step.signed_at = actor.user_id, this.at
    step.signatures = [signature.pk for signature in signatures]
    step.save()
    return signatures
