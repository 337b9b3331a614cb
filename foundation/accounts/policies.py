"""May this person? Asked by every service; the answer carries its reason."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.accounts.selectors import has_permission
from foundation.core.actor import Actor
from foundation.core.decisions import YES, Decision, no


def may(actor: Actor, permission: str, site_id: int | None = None) -> Decision:
    """Does one of the actor's roles give this permission (at this site)?"""
    if has_permission(actor, permission, site_id):
        return YES
    return no(_("%(name)s has no role that allows “%(permission)s”.") % {"name": actor.name, "permission": permission})


def require(actor: Actor, permission: str, site_id: int | None = None) -> None:
    """PermissionDenied, with the reason, unless `may`."""
    may(actor, permission, site_id).require()
