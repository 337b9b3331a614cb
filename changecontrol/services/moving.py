"""Locking a change and moving it along its state table; every service of this app begins here."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from changecontrol.models import ChangeRequest
from changecontrol.states import CHANGE, EDITABLE
from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import TransitionNotAllowed
from foundation.records.act import Act


def locked(this: Act, change_id: int) -> ChangeRequest:
    """The change, locked; the act is about it."""
    change: ChangeRequest = ChangeRequest.objects.select_for_update().get(pk=change_id)
    this.about(change)
    return change


def require_event(actor: Actor, event: str) -> None:
    """The permission that the table names for this act, before anything is said of the change. PermissionDenied."""
    permission = CHANGE.permission(event)
    if permission:
        require(actor, permission)


def move(this: Act, actor: Actor, change: ChangeRequest, event: str, reason: str = "") -> None:
    """Along the table: permission, reason, state and since when. The caller saves."""
    require_event(actor, event)
    advance(this, change, event, reason)


def advance(this: Act, change: ChangeRequest, event: str, reason: str = "") -> None:
    """As `move`, where the system moves it as the consequence of an act that was allowed."""
    row = CHANGE.next(change.state, event, reason=reason)
    if change.state != row.target:
        change.state, change.state_since = row.target, this.at


def require_editable(actor: Actor, change: ChangeRequest, permissions: Collection[str]) -> None:
    """PermissionDenied without one of these permissions; TransitionNotAllowed once it is submitted."""
    for permission in permissions:
        require(actor, permission)
    if change.state not in EDITABLE:
        raise TransitionNotAllowed(
            _("%(number)s is “%(state)s”: what was submitted does not change any more.")
            % {"number": change.number, "state": change.get_state_display()},
            details={"state": change.state},
        )
