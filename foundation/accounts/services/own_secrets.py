"""Set a secret: one's own by the present one, another's by an administrator, who never knows one that signs."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from foundation.accounts.ageing import PASSWORD, PIN
from foundation.accounts.models import LoginBy, SecretReset, Station, User
from foundation.accounts.policies import require_over
from foundation.accounts.services.addresses import count_address, was_right
from foundation.accounts.services.closing import close_sessions_of
from foundation.accounts.services.resets import begin_reset, drop_given, end_reset, prove_renewal
from foundation.accounts.services.secrets import prove, prove_user
from foundation.accounts.services.tries import record_proof, told_identity
from foundation.core.actor import Actor
from foundation.core.errors import NotValid, PermissionDenied
from foundation.core.refs import RecordRef
from foundation.records.act import Act, act

PIN_DIGITS = 6
RUNS = "0123456789012345678909876543210987654321"


def set_secret(*, actor: Actor, user_id: int, password: str = "", pin: str = "", reason: str = "") -> User:
    """Set another person's password or PIN (six digits or more); it must be changed before their next signature, by something
    that the actor does not have (services/resets.py).

    It also opens a locked account: it is how an administrator lets somebody in again. Every session of the person ends. NotValid
    for a weak secret and for one of the last ones. PermissionDenied for one's own, whoever one is: a session that was left open
    would give the signature away (21 CFR 11.200(a)(2)); that is `change_own_secret`.
    """
    with act(actor=actor, verb="accounts.secret.set", reason=reason) as this:
        if actor.user_id == user_id:
            raise PermissionDenied(
                _("Change your own secret in your profile, proved by the present one."), code="own-secret"
            )
        require_over(actor, "accounts.manage_users", User.objects.get(pk=user_id))
        return _give(this, actor, user_id, password, pin)


def _give(
    this: Act, actor: Actor, user_id: int | None, password: str, pin: str, reset: SecretReset | None = None
) -> User:
    """Write the new secret; who asks has proved themselves, or may do it to others."""
    own = actor.user_id == user_id
    user: User = User.objects.select_for_update().get(pk=user_id)
    this.about(RecordRef.to(user))
    if not (pin or password):
        raise NotValid(_("Give a password or a PIN."), field="password")
    if pin:
        _set_pin(user, pin, this.at)
    if password:
        _set_password(user, password, this.at)
    user.must_change_secret = not own and not actor.is_system
    if reset is not None:
        drop_given(user, reset, password=bool(password), pin=bool(pin))
    if actor.is_system:
        end_reset(this, user)
    elif not own:
        begin_reset(this, actor, user, password=bool(password), pin=bool(pin))
    if not own:
        user.locked_until, user.failed_tries = None, 0
    user.session_epoch += 1
    user.save()
    close_sessions_of(user, at=this.at, but=actor.session if own else "")
    return user


def change_own_secret(*, actor: Actor, present: str, password: str = "", pin: str = "", code: str = "") -> User:
    """One's own new password or PIN, proved by the present one; wrong tries count as at log-in.

    Where an administrator set the present one, ``code`` proves what they do not have (services/resets.py), and what they know
    and is not renewed now is gone. SecretWrong, AccountLocked, ResetNotConfirmed, FactorNeeded, NotValid.
    """
    with act(actor=actor, verb="accounts.secret.changed") as this:
        user: User = User.objects.get(pk=actor.user_id)
        this.about(RecordRef.to(user))
        by = prove_user(actor=actor, user=user, secret=present, kind="change").by
        record_proof(actor=actor, user=user, identity=user.username, kind="change")
        reset = prove_renewal(this, actor, user, by, code)
        return _give(this, actor, user.pk, password, pin, reset)


def renew_secret(
    *,
    identity: str,
    present: str,
    password: str = "",
    pin: str = "",
    code: str = "",
    station: Station | None = None,
    address: str = "",
) -> User:
    """A new secret at the door, before the old one lets anybody in: both components prove the person.

    ``code`` as in `change_own_secret`. SecretWrong, AccountLocked, TooManyTries, ResetNotConfirmed, FactorNeeded, NotValid.
    """
    window = count_address(address)
    code = station.code if station else ""
    door = Actor(None, "system:door", station=code)
    with act(actor=door, verb="accounts.secret.renewed") as this:
        this.note(identity=told_identity(identity))
        proof = prove(actor=door, identity=identity, secret=present, kind="change", address=address)
        user = proof.user
        this.about(RecordRef.to(user))
        person = Actor(user.pk, user.name, station=code, language=user.language)
        record_proof(actor=person, user=user, identity=identity, kind="change", address=address)
        reset = prove_renewal(this, person, user, proof.by, code)
        user = _give(this, person, user.pk, password, pin, reset)
    was_right(address, window)
    return user


def _set_pin(user: User, pin: str, at: datetime) -> None:
    if not (pin.isascii() and pin.isdigit() and len(pin) >= PIN_DIGITS):
        raise NotValid(_("A PIN has six digits or more."), field="pin")
    if len(set(pin)) == 1 or pin in RUNS or (user.employee_number and pin in user.employee_number):
        raise NotValid(_("This PIN is too easy to guess."), code="weak-secret", field="pin")
    _refuse_former(user, PIN, pin)
    user.pin, user.pin_set_at = make_password(pin), at


def _set_password(user: User, password: str, at: datetime) -> None:
    if user.login_by != LoginBy.LOCAL:
        raise NotValid(
            _(
                "This person logs in at the company's directory, which keeps the password. Here they have a PIN to sign."
            ),
            code="external-login",
            field="password",
        )
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise NotValid(" ".join(error.messages), field="password") from error
    _refuse_former(user, PASSWORD, password)
    user.password, user.password_set_at = make_password(password), at


def _refuse_former(user: User, which: str, secret: str) -> None:
    """Not one of the last ones: the history of the row keeps their hashes."""
    remembered = int(settings.SECRETS_REMEMBERED)
    rows = user.history.exclude(**{which: ""}).order_by("-history_id").values_list(which, flat=True)
    former: list[str] = []
    for encoded in rows.iterator(chunk_size=100):
        if encoded not in former:
            former.append(encoded)
        if len(former) >= remembered:
            break
    if any(check_password(secret, encoded) for encoded in former[:remembered]):
        raise NotValid(
            _("This was one of your last %(count)s: choose another one.") % {"count": remembered},
            code="secret-used-before",
            field=which,
        )
