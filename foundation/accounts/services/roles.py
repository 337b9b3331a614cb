"""Roles: handed down from the catalogue, given and ended, each at the sites that the giver answers for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from foundation.accounts.models import Role, RoleAssignment, Site, User
from foundation.accounts.policies import require, require_everywhere
from foundation.accounts.selectors import assignments_of
from foundation.core.actor import Actor
from foundation.core.errors import NotValid, PermissionDenied, TransitionNotAllowed
from foundation.records.act import act

MANAGE = "accounts.manage_users"


def assign_role(
    *, actor: Actor, user_id: int, role: str, site: Site | None = None, valid_until: datetime | None = None
) -> RoleAssignment:
    """Give a role from now on (until a moment), at a site where the actor manages users, or by who does everywhere at every site.

    PermissionDenied for one's own, whoever one is. NotValid for a role that the catalogue does not have, and without an end
    for one that is only lent (``ROLES_THAT_END``: an auditor comes for a time).
    """
    with act(actor=actor, verb="accounts.role.assigned") as this:
        _require_at(actor, site)
        if actor.user_id == user_id:
            raise PermissionDenied(_("Nobody gives themselves a role: ask another system owner."), code="own-role")
        found = Role.objects.filter(code=role).first()
        if found is None:
            raise NotValid(_("There is no role “%(role)s”.") % {"role": role}, field="role")
        if valid_until is None and role in settings.ROLES_THAT_END:
            raise NotValid(
                _("This role is given for a time: say when it ends."), code="role-needs-end", field="valid_until"
            )
        assignment = RoleAssignment(user_id=user_id, role=found, site=site, valid_from=this.at, valid_until=valid_until)
        assignment.save()
        this.about(User.objects.get(pk=user_id))
        this.note(role=role)
    return assignment


def end_role(*, actor: Actor, assignment_id: int, reason: str) -> RoleAssignment:
    """The role gives nothing from this moment; that it was held stays on record.

    By who may give it. NotValid without a reason, and for the role by which the actor manages users when it is their last
    such; TransitionNotAllowed when it has ended already.
    """
    with act(actor=actor, verb="accounts.role.ended", reason=reason) as this:
        found: RoleAssignment = (
            RoleAssignment.objects.select_for_update(of=("self",))
            .select_related("user", "role", "site")
            .get(pk=assignment_id)
        )
        this.about(found.user)
        this.note(role=found.role.code, site=found.site.code if found.site else "")
        _require_at(actor, found.site)
        if not reason.strip():
            raise NotValid(_("Give a reason."), code="reason-required", field="reason")
        if found.valid_until is not None and found.valid_until <= this.at:
            raise TransitionNotAllowed(_("This role has ended already."), code="role-ended")
        if found.user_id == actor.user_id and not _manages_without(found):
            raise NotValid(_("By this role you manage users: another system owner ends it."), code="last-owner-role")
        found.valid_until = this.at
        found.save()
    return found


def _require_at(actor: Actor, site: Site | None) -> None:
    if site is None:
        require_everywhere(actor, MANAGE)
    else:
        require(actor, MANAGE, site.pk)


def _manages_without(assignment: RoleAssignment) -> bool:
    """Would its holder still manage users, or does this role not give it?"""
    if MANAGE not in assignment.role.permissions:
        return True
    others = assignments_of(assignment.user_id).exclude(pk=assignment.pk)
    return any(MANAGE in other.role.permissions for other in others)


def sync_roles(*, actor: Actor, catalogue: Iterable[tuple[str, Mapping[str, str], Iterable[str]]]) -> list[Role]:
    """Hand down the catalogue: (code, name by language, permissions). Only what differs is written."""
    changed = []
    with act(actor=actor, verb="accounts.roles.synced") as this:
        known = {role.code: role for role in Role.objects.select_for_update().order_by("pk")}
        for code, name, permissions in catalogue:
            role = known.get(code) or Role(code=code)
            wanted = sorted(permissions)
            if role.pk is None or role.permissions != wanted or role.name != dict(name):
                role.permissions, role.name = wanted, dict(name)
                role.save()
                changed.append(role)
        this.note(changed=[role.code for role in changed])
    return changed
