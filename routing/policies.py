"""Who may do what with a routing. Nobody publishes what they wrote: `services.publishing` checks the signatures."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.accounts.policies import may
from foundation.core.actor import Actor
from foundation.core.decisions import Decision, no
from routing.models import RoutingRevision

EDIT, VIEW = "routing.edit_routing", "routing.view_routing"


def can_view(actor: Actor) -> Decision:
    """Anyone whose role reads definitions."""
    return may(actor, VIEW)


def can_edit(actor: Actor, revision: RoutingRevision) -> Decision:
    """A process engineer, while it is a draft."""
    if not revision.is_draft:
        return no(_("%(number)s is not a draft: start a new revision to change it.") % {"number": revision.number})
    return may(actor, EDIT)
