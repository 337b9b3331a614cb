"""May this person? Asked by every service; the answer carries its reason."""

from __future__ import annotations

from django.db.models import Model
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.accounts.scope import Access, scope_of
from foundation.accounts.selectors import roles_with
from foundation.core.actor import Actor
from foundation.core.decisions import YES, Decision, no
from foundation.core.errors import NotFound, PermissionDenied
from foundation.core.events import ask
from foundation.core.texts import localized


def may(actor: Actor, permission: str, site_id: int | None = None) -> Decision:
    """Does one of the actor's roles give this permission (at this site)?

    Where the person has no role at the site at all, the answer does not tell that anything is there.
    """
    access = Access(actor)
    sites = access.sites(permission)
    if sites is None or (sites if site_id is None else site_id in sites):
        return YES
    known = access.any_sites()
    if site_id is not None and known is not None and site_id not in known:
        return _nothing_here()
    return _no_role(actor, permission)


def may_about(actor: Actor, permission: str, thing: Model) -> Decision:
    """As `may`, at the site of this very thing. One query more for who is bound to sites."""
    access, scope = Access(actor), scope_of(type(thing))
    sites = access.sites(permission)
    rows = type(thing)._default_manager.filter(pk=thing.pk)
    if sites is None or (sites and (not scope.site or rows.filter(scope.at(sites)).exists())):
        return YES
    known = access.any_sites()
    if scope.site and known is not None and not rows.filter(scope.at(known)).exists():
        return _nothing_here()
    return _no_role(actor, permission)


def require(actor: Actor, permission: str, site_id: int | None = None) -> None:
    """PermissionDenied, with the reason, unless `may`; NotFound for what belongs to a site where the person has no role."""
    may(actor, permission, site_id).require()


def require_about(actor: Actor, permission: str, thing: Model) -> None:
    """As `require`, at the site of this very thing."""
    may_about(actor, permission, thing).require()


def require_everywhere(actor: Actor, permission: str) -> None:
    """As `require`, but by a role that holds at every site: what is done then holds there too. PermissionDenied."""
    require(actor, permission)
    if Access(actor).sites(permission) is not None:
        raise PermissionDenied(
            _("This holds at every site, and your own role does not: ask somebody whose role does."), code="every-site"
        )


def is_over(actor: Actor, permission: str, person: User) -> bool:
    """Does the actor hold this permission at every site where this person holds a role?"""
    sites = Access(actor).sites(permission)
    if sites is None:
        return True
    held = Access(Actor(person.pk, person.name)).any_sites()
    return bool(sites) and held is not None and held <= sites


def require_over(actor: Actor, permission: str, person: User) -> None:
    """As `require`, and `is_over`: who runs one plant gets no hand on another's people. Everybody is over themselves."""
    require(actor, permission)
    if person.pk != actor.user_id and not is_over(actor, permission, person):
        raise PermissionDenied(
            _("%(name)s also works where you have no such role: ask somebody whose role holds there too.")
            % {"name": person.name},
            code="other-sites",
        )


def _no_role(actor: Actor, permission: str) -> Decision:
    return no(_refusal(actor.name, permission))


def _said(name: str, permission: str) -> str:
    """What is missing in words, and which roles have it: the person knows whom to ask. One query, for a refusal only."""
    words = {"name": name, "permission": permission_name(permission)}
    roles = [localized(role.name) or role.code for role in roles_with(permission)]
    if not roles:
        return _("%(name)s has no role that allows this: %(permission)s.") % words
    return _("%(name)s has no role that allows this: %(permission)s. Roles that do: %(roles)s.") % {
        **words,
        "roles": ", ".join(roles),
    }


_refusal = lazy(_said, str)


def permission_name(permission: str) -> str:
    """What a permission allows, in the reader's words; its code for one that nobody named."""
    for names in ask("accounts.permission_names"):
        if permission in names:
            return str(names[permission])
    return permission


def _nothing_here() -> Decision:
    return no(NotFound.here().reason, NotFound)
