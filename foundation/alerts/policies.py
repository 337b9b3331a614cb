"""Who may answer an alert."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.accounts.selectors import assignments_of
from foundation.alerts.models import Alert
from foundation.core.actor import Actor
from foundation.core.decisions import YES, Decision, no


def can_acknowledge(actor: Actor, alert: Alert) -> Decision:
    """Only those whom the alert is addressed to: the person named, or anyone who holds the role now (at its site)."""
    if alert.person_id is not None:
        return YES if alert.person_id == actor.user_id else no(_("This alert is addressed to another person."))
    if actor.user_id is not None:
        held = assignments_of(actor.user_id, alert.site_id)
        if any(assignment.role.code == alert.role for assignment in held):
            return YES
    return no(_("This alert is addressed to a role that you do not hold."))
