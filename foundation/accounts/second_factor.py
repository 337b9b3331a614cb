"""Whom policy asks for a second factor: nobody, everybody, or who holds one of these roles. At log-in, and at signing if it
says so."""

from __future__ import annotations

from django.conf import settings

from foundation.accounts.models import LoginBy, User
from foundation.accounts.selectors import roles_of

NONE, ALL = "none", "all"


def _asks(policy: str, user: User) -> bool:
    wanted = {part.strip() for part in policy.split(",") if part.strip()} - {NONE}
    if not wanted:
        return False
    return ALL in wanted or not wanted.isdisjoint(roles_of(user.pk))


def is_used() -> bool:
    """Does policy ask anybody at all? Then the forms have a field for it."""
    return bool({settings.SECOND_FACTOR, settings.SECOND_FACTOR_TO_SIGN} - {NONE, ""})


def needed_to_log_in(user: User) -> bool:
    """At the desk's log-in. Who logs in at the company's provider shows it there."""
    return user.login_by != LoginBy.OIDC and _asks(str(settings.SECOND_FACTOR), user)


def needed_to_sign(user: User) -> bool:
    """At each signature."""
    return _asks(str(settings.SECOND_FACTOR_TO_SIGN), user)


def must_add(user: User) -> bool:
    """Policy asks this person, who has none yet."""
    return (needed_to_log_in(user) or needed_to_sign(user)) and not user.factors.filter(removed_at=None).exists()
