"""Who people are and what they may do."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from foundation.accounts.models import Badge, CaptureSession, Renewal, Role, RoleAssignment, SecretReset, Station, User
from foundation.core import clock
from foundation.core.canonical import content_hash


def assignments_of(user_id: int, site_id: int | None = None) -> QuerySet[RoleAssignment]:
    """Role assignments in force now (at this site, when one is given; an assignment without a site holds everywhere)."""
    moment = clock.now()
    found: QuerySet[RoleAssignment] = RoleAssignment.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=moment), user_id=user_id, valid_from__lte=moment, user__is_active=True
    )
    if site_id is not None:
        found = found.filter(Q(site=None) | Q(site_id=site_id))
    return found.select_related("role")


def permissions_of(user_id: int, site_id: int | None = None) -> frozenset[str]:
    """Every permission code that the person's roles give."""
    granted = assignments_of(user_id, site_id).values_list("role__permissions", flat=True)
    return frozenset(code for permissions in granted for code in permissions)


def roles_of(user_id: int) -> list[str]:
    """Role codes in force, sorted."""
    return sorted({row.role.code for row in assignments_of(user_id)})


def roles_with(permission: str) -> QuerySet[Role]:
    """Roles that give this permission, by code."""
    rows: QuerySet[Role] = Role.objects.filter(permissions__contains=[permission]).order_by("code")
    return rows


def users_with_role(role: str, site_id: int | None = None) -> QuerySet[User]:
    """Active people who hold a role now."""
    moment = clock.now()
    held = RoleAssignment.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=moment), role__code=role, valid_from__lte=moment
    )
    if site_id is not None:
        held = held.filter(Q(site=None) | Q(site_id=site_id))
    people: QuerySet[User] = User.objects.filter(pk__in=held.values("user"), is_active=True)
    return people


def holders_of(permission: str) -> QuerySet[User]:
    """Active people whose roles in force give this permission, at some site or at all."""
    moment = clock.now()
    held = RoleAssignment.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=moment),
        role__permissions__contains=[permission],
        valid_from__lte=moment,
    )
    people: QuerySet[User] = User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("pk")
    return people


def to_confirm() -> QuerySet[SecretReset]:
    """Secrets that an administrator set and that a second person has to confirm, or could afterwards; the newest first."""
    waiting = Q(ended_at=None) | Q(renewed_by=Renewal.ALONE, confirmed_at=None)
    rows: QuerySet[SecretReset] = (
        SecretReset.objects.filter(waiting, user__is_active=True)
        .select_related("user", "given_by", "confirmed_by")
        .order_by("-id")
    )
    return rows


def user_by_identity(identity: str) -> User | None:
    """A person by user name, or by the code of a badge that is valid now."""
    moment = clock.now()
    by_badge: Badge | None = (
        Badge.objects.filter(Q(valid_until=None) | Q(valid_until__gt=moment), code__iexact=identity, revoked_at=None)
        .select_related("user")
        .first()
    )
    if by_badge:
        badge_owner: User = by_badge.user
        return badge_owner
    found: User | None = User.objects.filter(username__iexact=identity).first()
    return found


def station_by_token(token: str) -> Station | None:
    """The active station whose device holds this token."""
    if not token:
        return None
    found: Station | None = (
        Station.objects.filter(token_hash=content_hash(token), active=True).select_related("site").first()
    )
    return found


def open_sessions(station: Station) -> QuerySet[CaptureSession]:
    """People badged in at a station."""
    rows: QuerySet[CaptureSession] = CaptureSession.objects.filter(station=station, closed_at=None).select_related(
        "user"
    )
    return rows
