"""Who can do what, since when, until when, and when they last did anything (21 CFR 11.10(d), EU GMP Annex 11 §12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest

from foundation.accounts.models import AuthenticationEvent, User
from foundation.core import clock
from foundation.records.models import LedgerEntry

UNUSED_DAYS = 90  # a company's own rule; the page asks for any other number


def access_rows() -> QuerySet[User]:
    """One row per person and role, ended roles and retired people included; one for a person without any role.

    ``role_code``, ``role_name``, ``site_code`` ("" for every site), ``since``, ``until``; ``last_used`` is the newest
    successful log-in, badging or signing, or the newest act. Each from an index, so that ten million acts are not read.
    """
    proven = AuthenticationEvent.objects.filter(user=OuterRef("pk"), succeeded=True).order_by("-at").values("at")[:1]
    acted = LedgerEntry.objects.filter(actor=OuterRef("pk")).order_by("-id").values("received_at")[:1]
    rows: QuerySet[User] = User.objects.annotate(
        role_code=F("role_assignments__role__code"),
        role_name=F("role_assignments__role__name"),
        site_code=F("role_assignments__site__code"),
        since=F("role_assignments__valid_from"),
        until=F("role_assignments__valid_until"),
        last_used=Greatest(Subquery(proven), Subquery(acted)),
    )
    return rows


def unused_for(rows: QuerySet[Any], days: int) -> QuerySet[Any]:
    """Of people who work here and hold a role in force: those who did nothing for so many days, or never."""
    long_ago = clock.now() - timedelta(days=days)
    return in_force(rows).filter(Q(last_used=None) | Q(last_used__lt=long_ago))


def in_force(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Roles that hold now, of people who work here."""
    moment = clock.now()
    return rows.filter(Q(until=None) | Q(until__gt=moment), is_active=True, since__lte=moment)


def without_role(rows: QuerySet[Any]) -> QuerySet[Any]:
    """People who work here and never got a role."""
    return rows.filter(is_active=True, role_code=None)


def ended(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Roles whose time is over, and everything of people who have left."""
    return rows.filter(Q(is_active=False) | Q(until__lte=clock.now()))
