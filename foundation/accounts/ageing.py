"""How old a secret may grow (21 CFR 11.300(b)): asked at log-in, at the badge page and at each signature."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from foundation.accounts.models import User
from foundation.core import clock

PASSWORD, PIN = "password", "pin"


def _set_at(user: User, which: str) -> datetime | None:
    moment: datetime | None = user.pin_set_at if which == PIN else user.password_set_at
    return moment


def ends_at(user: User, which: str) -> datetime | None:
    """When this secret must have been changed; None when policy sets no age, or there is no such secret."""
    days = int(settings.PIN_AGE_DAYS if which == PIN else settings.PASSWORD_AGE_DAYS)
    began = _set_at(user, which)
    return began + timedelta(days=days) if days and began and getattr(user, which) else None


def is_over(user: User, which: str) -> bool:
    """Must it be changed before anything else?"""
    end = ends_at(user, which)
    return end is not None and end <= clock.now()


def is_near(user: User, which: str) -> bool:
    """Will it have to be changed soon? For the warning before."""
    end = ends_at(user, which)
    return end is not None and end - timedelta(days=int(settings.SECRET_WARN_DAYS)) <= clock.now() < end


def must_change(user: User) -> bool:
    """Is there something to change before the person may do anything else at a desk?"""
    return user.must_change_secret or is_over(user, PASSWORD) or is_over(user, PIN)
