"""Who may set up what: nobody has another system told what they may not read themselves."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from foundation.accounts.policies import may
from foundation.accounts.scope import Access, scopes
from foundation.core.actor import Actor
from foundation.core.decisions import YES, Decision, no
from foundation.core.outbox import Published, catalogue
from foundation.webhooks.states import MANAGE

VIEW = "webhooks.view_endpoint"


def can_manage_at(actor: Actor, site_id: int | None) -> Decision:
    """At this site; for an endpoint of every site the role must hold at every site."""
    if site_id is not None:
        return may(actor, MANAGE, site_id)
    if Access(actor).sites(MANAGE) is None:
        return YES
    return no(_("An endpoint for every site is set up by somebody whose role holds at every site. Choose a site."))


def reading_permission(kind: Published) -> str:
    """What reading the record of this event needs."""
    if kind.record is None:
        return kind.permission
    label = kind.record[0]
    return next(scope.permission for model, scope in scopes().items() if model._meta.label_lower == label)


def tellable(actor: Actor, site_id: int | None, access: Access | None = None) -> list[str]:
    """Names of the events that this person may have told to an endpoint of this site."""
    access = access or Access(actor)
    return [name for name, kind in catalogue().items() if _reads(access, kind, site_id)]


def can_tell(actor: Actor, kinds: Iterable[str], site_id: int | None) -> Decision:
    """Each of these events, at the site."""
    missing = sorted(set(kinds) - set(tellable(actor, site_id)))
    if not missing:
        return YES
    return no(_("You may not read what these events tell of: %(names)s.") % {"names": ", ".join(missing)})


def _reads(access: Access, kind: Published, site_id: int | None) -> bool:
    if kind.record is None and site_id is not None:
        return False  # it belongs to no record, so to no site: only an endpoint of every site hears it
    sites = access.sites(reading_permission(kind))
    return sites is None or (site_id is not None and site_id in sites)
