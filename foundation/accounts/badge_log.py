"""The log of badge tests with its schedule: when each badge was tested, and which are due (21 CFR 11.300(e))."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Q, QuerySet

from foundation.accounts.models import Badge, User
from foundation.core import clock


@dataclass(frozen=True, slots=True)
class BadgeLine:
    """A badge as the person's page shows it."""

    badge: Badge
    tested_at: datetime | None
    due_at: datetime | None  # None for a withdrawn one
    is_due: bool


def badges_in_force() -> QuerySet[Badge]:
    """Every badge in force with ``tested_at``, the moment of its last test that it passed."""
    moment = clock.now()
    rows: QuerySet[Badge] = Badge.objects.filter(Q(valid_until=None) | Q(valid_until__gt=moment), revoked_at=None)
    return with_tests(rows)


def with_tests(rows: QuerySet[Badge]) -> QuerySet[Badge]:
    return rows.annotate(tested_at=Max("tests__tested_at", filter=Q(tests__passed=True))).select_related("user")


def tested_before() -> datetime:
    """A badge that was last tested before this moment is due again."""
    return clock.now() - timedelta(days=int(settings.BADGE_TEST_DAYS))


def badges_due() -> QuerySet[Badge]:
    """Badges in force that were never tested, or not for as long as policy says: the overdue list."""
    return badges_in_force().filter(Q(tested_at=None) | Q(tested_at__lt=tested_before()))


def badges_with_tests(person: User) -> list[BadgeLine]:
    """The person's badges, withdrawn ones too."""
    return [line_of(badge) for badge in with_tests(Badge.objects.filter(user=person)).order_by("pk")]


def line_of(badge: Badge) -> BadgeLine:
    """``badge`` with ``tested_at`` annotated."""
    tested: datetime | None = badge.tested_at  # type: ignore[attr-defined]
    if badge.revoked_at is not None:
        return BadgeLine(badge, tested, None, False)
    due = tested + timedelta(days=int(settings.BADGE_TEST_DAYS)) if tested else clock.now()
    return BadgeLine(badge, tested, due, due <= clock.now())
