"""Who may do what with a change: segregation of duties lives here."""

from __future__ import annotations

from django.utils.translation import gettext as _

from changecontrol.models import ApprovalStep, ChangeRequest
from changecontrol.selectors.approval import open_steps
from changecontrol.selectors.authors import authors_of
from changecontrol.states import ASSESS, CHANGE, EDITABLE, RAISE, SIDES, ChangeState
from foundation.accounts.policies import may
from foundation.core.actor import Actor
from foundation.core.decisions import YES, Decision, no


def step_for(actor: Actor, change: ChangeRequest) -> ApprovalStep | None:
    """The first open step for which this person has the permission."""
    return next((step for step in open_steps(change) if may(actor, step.permission)), None)


def stands_for_a_side(actor: Actor) -> Decision:
    """Does this person sign for any side of any change?"""
    if any(may(actor, step.permission) for step in SIDES.values()):
        return YES
    sides = ", ".join(str(step.name) for step in SIDES.values())
    return no(_("%(name)s does not sign for: %(sides)s.") % {"name": actor.name, "sides": sides})


def can_sign(actor: Actor, change: ChangeRequest) -> Decision:
    """May this person sign (approve or refuse) now? Never an author, never twice, and only for a side that they stand for."""
    if change.state != ChangeState.IN_APPROVAL:
        return no(_("%(number)s is not in approval.") % {"number": change.number})
    if actor.user_id is None:
        return no(_("A signature is a person's."))
    if actor.user_id in authors_of(change):
        return no(_("You wrote a part of %(number)s: others approve it.") % {"number": change.number})
    if change.approval_steps.filter(round=change.round, signer_id=actor.user_id).exists():
        return no(
            _("You have signed %(number)s already: the other signature is another person's.")
            % {"number": change.number}
        )
    if step_for(actor, change) is None:
        sides = ", ".join(str(SIDES[step.side].name) for step in open_steps(change))
        return no(_("%(name)s does not sign for: %(sides)s.") % {"name": actor.name, "sides": sides})
    return YES


def next_acts(change: ChangeRequest, actor: Actor) -> dict[str, bool]:
    """Event → may this person do it now. Driven by the state table; signing by the policy."""
    signable = bool(can_sign(actor, change)) if change.state == ChangeState.IN_APPROVAL else False
    acts = {
        row.event: bool(may(actor, row.permission)) if row.permission else False
        for row in CHANGE.events_from(change.state)
    }
    acts.update({event: signable for event in ("sign", "refuse") if event in acts})
    editable = change.state in EDITABLE
    acts["edit"] = editable and bool(may(actor, RAISE))
    acts["judge"] = editable and bool(may(actor, ASSESS))
    return acts
