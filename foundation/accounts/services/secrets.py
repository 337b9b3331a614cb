"""Check what a person proves themselves with; count wrong tries; answer the records layer who signs."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from foundation.accounts.events import AccountLockedOut
from foundation.accounts.exceptions import AccountLocked, PolicyNotAcknowledged, SecretMustChange, SecretWrong
from foundation.accounts.models import AuthenticationEvent, User
from foundation.accounts.policies import require
from foundation.accounts.selectors import roles_of, user_by_identity
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotValid, PermissionDenied
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.records.services.signing import Credentials, SignerIdentity

TRIES = 5
LOCKED_FOR = timedelta(minutes=30)
SIGNING_IDLE = timedelta(minutes=10)


def secret_matches(user: User, secret: str) -> bool:
    """Password or PIN. No rehash on the way: a check writes nothing."""
    if not secret:
        return False
    # Each check is slow on purpose: what can only be a PIN is tried as one first.
    kept = [user.pin, user.password] if secret.isdigit() else [user.password, user.pin]
    return any(bool(encoded) and check_password(secret, encoded) for encoded in kept)


def prove(*, actor: Actor, identity: str, secret: str, kind: str) -> User:
    """The person behind both components. SecretWrong, AccountLocked; a wrong try is counted after the roll-back."""
    user = user_by_identity(identity)
    if user is None or not user.is_active:
        raise SecretWrong(
            _("Unknown user or badge, or wrong secret."),
            aftermath=lambda: count_failure(actor=actor, identity=identity, user_id=None, kind=kind),
        )
    return prove_user(actor=actor, user=user, secret=secret, kind=kind, identity=identity)


def prove_user(*, actor: Actor, user: User, secret: str, kind: str, identity: str = "") -> User:
    """This person by the secret alone. SecretWrong, AccountLocked."""
    if user.is_locked:
        raise AccountLocked(_("This account is locked after wrong tries. Security has been told."))
    if not secret_matches(user, secret):
        raise SecretWrong(
            _("Unknown user or badge, or wrong secret."),
            aftermath=lambda: count_failure(
                actor=actor, identity=identity or user.username, user_id=user.pk, kind=kind
            ),
        )
    return user


def count_failure(*, actor: Actor, identity: str, user_id: int | None, kind: str) -> None:
    """Keep a wrong try; the fifth in a row locks the account and tells security at once (21 CFR 11.300(d))."""
    with act(actor=actor, verb="accounts.secret.failed") as this:
        user = User.objects.select_for_update().get(pk=user_id) if user_id else None
        this.note(identity=identity[:100], kind=kind)
        _note_event(actor, user, identity, kind, succeeded=False)
        if user is None:
            return
        this.about(user)
        user.failed_tries += 1
        if user.failed_tries >= TRIES:
            user.locked_until, user.failed_tries = this.at + LOCKED_FOR, 0
            this.publish(AccountLockedOut(user_id=user.pk, name=user.name, station=actor.station))
        user.save()


def _note_event(actor: Actor, user: User | None, identity: str, kind: str, *, succeeded: bool) -> None:
    AuthenticationEvent.objects.create(
        user=user,
        identity=identity[:100],
        kind=kind,
        succeeded=succeeded,
        station=actor.station,
        session=actor.session,
        at=clock.now(),
    )


def record_proof(*, actor: Actor, user: User, identity: str, kind: str) -> None:
    """Keep a proof that worked, inside the caller's act; clears the count of wrong tries."""
    _note_event(actor, user, identity, kind, succeeded=True)
    if user.failed_tries:
        locked: User = User.objects.select_for_update().get(pk=user.pk)
        locked.failed_tries = user.failed_tries = 0
        locked.save()


def check_signer(*, actor: Actor, credentials: Credentials) -> SignerIdentity:
    """Provider of ``records.check_signer``: identity and secret the first time in a session, then the secret alone.

    With an identity: whoever it proves signs (a witness on the performer's tablet). Without one: the actor, whose earlier
    signing in this session was less than ten minutes ago. 21 CFR 11.200(a)(1).
    """
    if credentials.identity:
        user = prove(actor=actor, identity=credentials.identity, secret=credentials.secret, kind="signature")
        components = "both"
    else:
        user, components = _later_signing(actor, credentials.secret), "secret"
    if user.policy_acknowledged_at is None:
        raise PolicyNotAcknowledged(_("Acknowledge the signature policy before your first signature."))
    if user.must_change_secret:
        raise SecretMustChange(_("Your secret was set by an administrator: choose your own before you sign."))
    record_proof(actor=actor, user=user, identity=credentials.identity or user.username, kind="signature")
    return SignerIdentity(user.pk, user.name, components, role=", ".join(roles_of(user.pk)))


def _later_signing(actor: Actor, secret: str) -> User:
    if actor.user_id is None or not actor.session or not _signed_lately(actor.user_id, actor.session):
        raise PermissionDenied(
            _("Give your user name or badge and your secret: it is your first signature of this session."),
            code="both-components",
            field="identity",
        )
    user = User.objects.filter(pk=actor.user_id, is_active=True).first()
    if user is None:
        raise SecretWrong(_("Unknown user or badge, or wrong secret."))
    return prove_user(actor=actor, user=user, secret=secret, kind="signature")


def _signed_lately(user_id: int, session: str) -> bool:
    return AuthenticationEvent.objects.filter(
        user_id=user_id, session=session, kind="signature", succeeded=True, at__gt=clock.now() - SIGNING_IDLE
    ).exists()


def set_secret(*, actor: Actor, user_id: int, password: str = "", pin: str = "", reason: str = "") -> User:
    """Set a password or a PIN (six digits or more). By another person it must be changed before the next signature.

    Another person's reset also opens a locked account: it is how an administrator lets somebody in again.
    """
    with act(actor=actor, verb="accounts.secret.set", reason=reason) as this:
        own = actor.user_id == user_id
        if not own:
            require(actor, "accounts.manage_users")
        user: User = User.objects.select_for_update().get(pk=user_id)
        this.about(RecordRef.to(user))
        if not (pin or password):
            raise NotValid(_("Give a password or a PIN."), field="password")
        if pin:
            if not (pin.isdigit() and len(pin) >= 6):
                raise NotValid(_("A PIN has six digits or more."), field="pin")
            user.pin = make_password(pin)
        if password:
            _validate(password, user)
            user.password = make_password(password)
        user.must_change_secret = not own and not actor.is_system
        if not own:
            user.locked_until, user.failed_tries = None, 0
        user.save()
    return user


def change_own_secret(*, actor: Actor, present: str, password: str = "", pin: str = "") -> User:
    """One's own new password or PIN, proved by the present one; wrong tries count as at log-in. SecretWrong, NotValid."""
    with act(actor=actor, verb="accounts.secret.changed") as this:
        user: User = User.objects.get(pk=actor.user_id)
        this.about(RecordRef.to(user))
        prove_user(actor=actor, user=user, secret=present, kind="change")
        return set_secret(actor=actor, user_id=user.pk, password=password, pin=pin)


def _validate(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise NotValid(" ".join(error.messages), field="password") from error


def acknowledge_policy(*, actor: Actor) -> User:
    """The person has read what a signature means here and that it binds like one by hand (21 CFR 11.10(j))."""
    with act(actor=actor, verb="accounts.policy.acknowledged") as this:
        user: User = User.objects.select_for_update().get(pk=actor.user_id)
        this.about(user)
        user.policy_acknowledged_at = this.at
        user.save()
    return user
