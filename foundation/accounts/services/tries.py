"""Tries: counted, kept, and looked at one at a time per person, so that tries at the same moment cannot slip past the lock.

A wrong try is counted in a transaction of its own, after the act it belongs to was rolled back. Between the two another
try must not be looked at: a session-level advisory lock of PostgreSQL, which a roll-back does not release, is held from
before the secret is checked until the act is over and the count is committed. (Behind a pooler this needs session pooling; see
docs/decisions/wrong-tries-are-counted-one-at-a-time.md.)
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, connection
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from foundation.accounts.events import AccountLockedOut, WithdrawnBadgeUsed
from foundation.accounts.exceptions import AccountLocked, SecretWrong
from foundation.accounts.identities import normal
from foundation.accounts.models import AuthenticationEvent, Badge, User, Withdrawal
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.events import Event
from foundation.records.act import act
from foundation.records.context import require_act

TRIES = 5
LOCKED_FOR = timedelta(minutes=30)
LOOKED_AT = ["password", "pin", "is_active", "locked_until", "failed_tries", "must_change_secret", "secret_by_one"]
KEYS = 0xACC0 << 40
UNKNOWN = "accounts.unknown-identity"  # the salt


def take_turn(user: User) -> None:
    """Wait for this person's turn, then see the count as it is now. Needs an act; ends with it."""
    key = KEYS | user.pk
    if not require_act("A try").at_end(f"try:{user.pk}", lambda: _release(key)):
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])
    user.refresh_from_db(fields=LOOKED_AT)


def _release(key: int) -> None:
    # With a lost connection the server has released it.
    with contextlib.suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def told_identity(identity: str) -> str:
    """As a try is kept: a user name or badge code that was ever given, as it was typed.

    Else it may be a password in the wrong field, and is kept as its length and a hash under the site's key: the same one is
    recognised from try to try, and who reads the record without the key learns nothing.
    """
    given = normal(identity)
    if Badge.objects.filter(code__iexact=given).exists() or User.objects.filter(username__iexact=given).exists():
        return identity[:100]
    mark = salted_hmac(UNKNOWN, given.casefold(), algorithm="sha256").hexdigest()[:16]
    return f"unknown:{len(given)}:{mark}"


def count_failure(*, actor: Actor, identity: str, user_id: int | None, kind: str, address: str = "") -> None:
    """Keep a wrong try; the fifth in a row locks the account and tells security at once (21 CFR 11.300(d)).

    So does a try with a badge that is withdrawn.
    """
    with act(actor=actor, verb="accounts.secret.failed") as this:
        user = User.objects.select_for_update().get(pk=user_id) if user_id else None
        this.note(identity=told_identity(identity), kind=kind)
        _note_event(actor, user, identity, kind, succeeded=False, address=address)
        if user is None:
            _tell_of_withdrawn_badge(this.publish, actor, identity)
            return
        this.about(user)
        user.failed_tries += 1
        if user.failed_tries >= TRIES:
            user.locked_until, user.failed_tries = this.at + LOCKED_FOR, 0
            this.publish(AccountLockedOut(user_id=user.pk, name=user.name, station=actor.station))
        user.save()


def _tell_of_withdrawn_badge(publish: Callable[[Event], None], actor: Actor, identity: str) -> None:
    badge = Badge.objects.filter(code__iexact=identity).exclude(revoked_at=None).select_related("user").first()
    if badge is not None and badge.withdrawn_as not in (Withdrawal.EXPIRED, Withdrawal.REPLACED):
        event = WithdrawnBadgeUsed(user_id=badge.user_id, name=badge.user.name, code=badge.code, station=actor.station)
        publish(event)


def _note_event(
    actor: Actor,
    user: User | None,
    identity: str,
    kind: str,
    *,
    succeeded: bool,
    address: str = "",
    session: str = "",
    dialog: str = "",
) -> None:
    AuthenticationEvent.objects.create(
        user=user,
        identity=identity[:100] if user else told_identity(identity),
        kind=kind,
        succeeded=succeeded,
        station=actor.station,
        session=session or actor.session,
        address=address[:45],
        dialog=dialog,
        at=clock.now(),
    )


def record_proof(
    *,
    actor: Actor,
    user: User,
    identity: str,
    kind: str,
    address: str = "",
    session: str = "",
    dialog: str = "",
) -> None:
    """Keep a proof that worked, inside the caller's act; clears the count of wrong tries."""
    _note_event(actor, user, identity, kind, succeeded=True, address=address, session=session, dialog=dialog)
    if user.failed_tries:
        locked: User = User.objects.select_for_update().get(pk=user.pk)
        locked.failed_tries = user.failed_tries = 0
        locked.save()


def prove_elsewhere(
    *, actor: Actor, user: User, check: Callable[[], bool], identity: str, kind: str, address: str
) -> User:
    """As by a secret of ours, with the same lock, but the company's directory says whether it is right."""
    take_turn(user)
    if user.is_locked:
        raise AccountLocked(_("This account is locked after wrong tries. Security has been told."))
    if not user.is_active or not check():
        raise SecretWrong(
            _("Unknown user or badge, or wrong secret."),
            aftermath=lambda: count_failure(
                actor=actor, identity=identity, user_id=user.pk, kind=kind, address=address
            ),
        )
    return user
