"""People, roles, badges, sites and stations."""

from __future__ import annotations

import secrets as stdlib_secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import Badge, Role, RoleAssignment, Site, Station, User
from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.core.errors import NotValid
from foundation.records.act import act


def create_user(*, actor: Actor, username: str, name: str, language: str = "en", employee_number: str = "") -> User:
    """A new person without a secret. NotValid when the user name was ever given to anyone (11.100: never reused)."""
    with act(actor=actor, verb="accounts.user.created") as this:
        require(actor, "accounts.manage_users")
        user = User(username=username.strip(), name=name.strip(), language=language, employee_number=employee_number)
        if not user.username or not user.name:
            raise NotValid(_("User name and printed name are needed."), field="username")
        try:
            with transaction.atomic():
                user.save()
        except IntegrityError as error:
            raise NotValid(_("This user name was given before."), code="username-taken", field="username") from error
        this.about(user)
    return user


def retire_user(*, actor: Actor, user_id: int, reason: str) -> User:
    """The person signs and works no more; the record stays for ever."""
    with act(actor=actor, verb="accounts.user.retired", reason=reason) as this:
        require(actor, "accounts.manage_users")
        user: User = User.objects.select_for_update().get(pk=user_id)
        this.about(user)
        user.is_active = False
        user.save()
    return user


def assign_role(
    *, actor: Actor, user_id: int, role: str, site: Site | None = None, valid_until: datetime | None = None
) -> RoleAssignment:
    """Give a role from now on (until a moment). NotValid for a role that the catalogue does not have."""
    with act(actor=actor, verb="accounts.role.assigned") as this:
        require(actor, "accounts.manage_users")
        found = Role.objects.filter(code=role).first()
        if found is None:
            raise NotValid(_("There is no role “%(role)s”.") % {"role": role}, field="role")
        assignment = RoleAssignment(user_id=user_id, role=found, site=site, valid_from=this.at, valid_until=valid_until)
        assignment.save()
        this.about(User.objects.get(pk=user_id))
        this.note(role=role)
    return assignment


def issue_badge(*, actor: Actor, user_id: int, code: str, valid_until: datetime | None = None) -> Badge:
    """Give a badge. NotValid when its code was ever used, or is a user name: it would be found in that person's place."""
    with act(actor=actor, verb="accounts.badge.issued") as this:
        require(actor, "accounts.manage_users")
        if Badge.objects.filter(code=code).exists() or User.objects.filter(username__iexact=code).exists():
            raise NotValid(_("This badge was issued before."), code="badge-taken", field="code")
        badge = Badge(user_id=user_id, code=code, valid_until=valid_until)
        badge.save()
        this.about(badge)
    return badge


def revoke_badge(*, actor: Actor, code: str, reason: str) -> Badge:
    """A lost badge identifies nobody from this moment on (21 CFR 11.300(c))."""
    with act(actor=actor, verb="accounts.badge.revoked", reason=reason) as this:
        require(actor, "accounts.manage_users")
        badge: Badge = Badge.objects.select_for_update().get(code=code)
        this.about(badge)
        badge.revoked_at = this.at
        badge.save()
    return badge


def create_site(*, actor: Actor, code: str, name: Mapping[str, str], time_zone: str = "UTC") -> Site:
    """A plant."""
    with act(actor=actor, verb="accounts.site.created") as this:
        require(actor, "accounts.manage_users")
        site = Site(code=code, name=dict(name), time_zone=time_zone)
        site.save()
        this.about(site)
    return site


def register_station(
    *, actor: Actor, code: str, name: Mapping[str, str], site: Site, work_center: str = ""
) -> tuple[Station, str]:
    """Register a device; returns the station and the token that only this device keeps."""
    with act(actor=actor, verb="accounts.station.registered") as this:
        require(actor, "accounts.manage_stations")
        token = stdlib_secrets.token_urlsafe(32)
        station = Station(
            code=code, name=dict(name), site=site, work_center=work_center, token_hash=content_hash(token)
        )
        station.save()
        this.about(station)
    return station, token


def renew_station_token(*, actor: Actor, station_id: int) -> str:
    """A new token for a station's (new) device; the old one is refused from now on."""
    with act(actor=actor, verb="accounts.station.token_renewed") as this:
        require(actor, "accounts.manage_stations")
        station: Station = Station.objects.select_for_update().get(pk=station_id)
        token = stdlib_secrets.token_urlsafe(32)
        station.token_hash = content_hash(token)
        station.save()
        this.about(station)
    return token


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
