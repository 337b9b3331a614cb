"""Who may sign a change: segregation of duties lives here."""

from __future__ import annotations

from django.utils.translation import gettext as _

from changecontrol.models import ApprovalStep, ChangeRequest
from changecontrol.selectors.authors import authors_of
from changecontrol.states import SIDES, ChangeState
from foundation.accounts.policies import may
from foundation.core.actor import Actor
from foundation.core.decisions import YES, Decision, no


def open_steps(change: ChangeRequest) -> list[ApprovalStep]:
    """The signatures that the present round still lacks, in the order of the route."""
    return list(change.approval_steps.filter(round=change.round, outcome="").order_by("pk"))


def step_for(actor: Actor, change: ChangeRequest) -> ApprovalStep | None:
    """The first open step for which this person has the permission."""
    return next((step for step in open_steps(change) if may(actor, step.permission)), None)


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
