"""A secret that an administrator gave makes nobody sign until its owner's own one, and that takes two people.

21 CFR 11.200(a)(3): to use another's signature must require the collaboration of two or more. Who set the secret knows it, so it
is renewed only with something that this administrator does not have: another secret of the person's own, their authenticator
app, or a code that a second person hands out once they have seen who it is. Where nobody else may hand one out, it goes
without; security and the person are told at once, and each signature by it is marked until a second person confirms it.
See docs/decisions/a-reset-takes-two.md.
"""

from __future__ import annotations

import secrets as stdlib_secrets
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext as _

from foundation.accounts.ageing import PASSWORD, PIN
from foundation.accounts.events import SecretGivenAlone
from foundation.accounts.exceptions import ResetNotConfirmed, SecretWrong
from foundation.accounts.models import Renewal, SecretReset, User
from foundation.accounts.policies import is_over, require, require_over
from foundation.accounts.selectors import holders_of
from foundation.accounts.services.factors import prove_factor
from foundation.accounts.services.secrets import prove_user, require_own_secret
from foundation.accounts.services.tries import count_failure, record_proof
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import PermissionDenied, TransitionNotAllowed
from foundation.records.act import Act, act

CONFIRM = "accounts.confirm_secret"
CODE_LASTS = timedelta(hours=24)
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that look like another
LENGTH = 8  # 40 bits, looked at five times at most before the account is locked


def begin_reset(this: Act, actor: Actor, user: User, *, password: bool, pin: bool) -> None:
    """Inside the act in which an administrator sets the secret: what they know of the person's from now on."""
    former = _open(user)
    if former is not None:
        password, pin = password or former.password_known, pin or former.pin_known
        _end(former, this)
    alone = not may_confirm(user, but=actor.user_id)
    reset = SecretReset(
        user=user, password_known=password, pin_known=pin, given_by_id=actor.user_id, given_at=this.at, alone=alone
    )
    reset.save()
    this.note(by_one_alone=alone)
    if alone:
        this.publish(SecretGivenAlone(user_id=user.pk, name=user.name, by=actor.name))


def may_confirm(user: User, *, but: int | None = None) -> list[User]:
    """Who could hand out the code for this person now: with a role over them, and a secret that is surely their own."""
    return [
        one
        for one in holders_of(CONFIRM)
        if one.pk not in (but, user.pk) and _has_own_secret(one) and is_over(Actor(one.pk, one.name), CONFIRM, user)
    ]


def _has_own_secret(user: User) -> bool:
    return bool(user.pin or user.password) and not user.must_change_secret and not user.secret_by_one


def confirm_reset(*, actor: Actor, reset_id: int, secret: str) -> str:
    """A second person, who sees who it is, says so by their own ``secret``: the code for the renewal, for a day.

    Once more gives another code. Of a reset by one alone that was renewed already: it is confirmed afterwards, and "" comes
    back. PermissionDenied to who set the secret, whose it is, and whose own is not confirmed; SecretWrong;
    TransitionNotAllowed when nothing is left to confirm.
    """
    with act(actor=actor, verb="accounts.secret.confirmed") as this:
        require(actor, CONFIRM)
        reset: SecretReset = SecretReset.objects.select_for_update(of=("self",)).select_related("user").get(pk=reset_id)
        this.about(reset.user)
        require_over(actor, CONFIRM, reset.user)
        _require_another(actor, reset, secret)
        if reset.renewed_by == Renewal.ALONE and reset.confirmed_at is None:
            reset.confirmed_by_id, reset.confirmed_at = actor.user_id, this.at
            reset.save()
            _lift_mark(reset.user)
            return ""
        if reset.ended_at is not None:
            raise TransitionNotAllowed(_("Nothing is left to confirm: a new secret was chosen or given since."))
        code = "".join(stdlib_secrets.choice(LETTERS) for _n in range(LENGTH))
        reset.confirmed_by_id, reset.confirmed_at = actor.user_id, this.at
        reset.code_hash, reset.alone = make_password(code), False
        reset.save()
    return f"{code[:4]}-{code[4:]}"


def _require_another(actor: Actor, reset: SecretReset, secret: str) -> None:
    if actor.user_id in (reset.given_by_id, reset.user_id):
        raise PermissionDenied(
            _("Another person confirms this: neither who set the secret nor whose it is."), code="own-reset"
        )
    me = User.objects.get(pk=actor.person_id)
    if me.secret_by_one:
        raise PermissionDenied(
            _("Your own secret was set by one person alone: have that confirmed first."), code="not-confirmed-oneself"
        )
    require_own_secret(prove_user(actor=actor, user=me, secret=secret, kind="confirm"))
    record_proof(actor=actor, user=me, identity=me.username, kind="confirm")


def _lift_mark(user: User) -> None:
    if not SecretReset.objects.filter(user=user, renewed_by=Renewal.ALONE, confirmed_at=None).exists():
        marked: User = User.objects.select_for_update().get(pk=user.pk)
        marked.secret_by_one = False
        marked.save()


def prove_renewal(this: Act, actor: Actor, user: User, by: str, code: str) -> SecretReset | None:
    """Inside the act in which a person, proved by the secret ``by``, chooses an own one: what the administrator does not have.

    Ends the reset. None when no administrator set anything. ResetNotConfirmed, FactorNeeded, SecretWrong.
    """
    reset = _open(user)
    if reset is None:
        if user.must_change_secret:  # set before resets were kept
            raise ResetNotConfirmed(_("Ask an administrator to set your secret again."), code="reset-unknown")
        return None
    reset.renewed_by = _proof(actor, user, reset, by, code)
    this.note(renewed_by=str(reset.renewed_by))
    _end(reset, this)
    return reset


def _proof(actor: Actor, user: User, reset: SecretReset, by: str, code: str) -> Renewal:
    if by not in reset.given:
        return Renewal.OWN
    if user.factors.filter(removed_at=None).exists():
        prove_factor(user=user, code=code, actor=actor, kind="change")
        return Renewal.FACTOR
    if reset.alone:
        return Renewal.ALONE
    if reset.confirmed_at is None or reset.confirmed_at + CODE_LASTS <= clock.now():
        raise ResetNotConfirmed(
            _("A second person confirms first who you are, and gives you a code: ask somebody who may."), field="code"
        )
    given = "".join(code.split()).replace("-", "").upper()
    if not given:
        raise ResetNotConfirmed(_("Give the code of the second person who confirmed who you are."), field="code")
    if not check_password(given, reset.code_hash):
        raise SecretWrong(
            _("This is not the code that the second person was given."),
            field="code",
            aftermath=lambda: count_failure(actor=actor, identity=user.username, user_id=user.pk, kind="change-code"),
        )
    return Renewal.CODE


def drop_given(user: User, reset: SecretReset, *, password: bool, pin: bool) -> None:
    """What an administrator knows and the person did not renew now is gone: it would sign for them."""
    if PASSWORD in reset.given and not password:
        user.password, user.password_set_at = "", None
    if PIN in reset.given and not pin:
        user.pin, user.pin_set_at = "", None
    user.secret_by_one = user.secret_by_one or reset.renewed_by == Renewal.ALONE


def end_reset(this: Act, user: User) -> None:
    """The system itself set a secret: what was open is over."""
    former = _open(user)
    if former is not None:
        _end(former, this)


def _open(user: User) -> SecretReset | None:
    found: SecretReset | None = SecretReset.objects.select_for_update().filter(user=user, ended_at=None).first()
    return found


def _end(reset: SecretReset, this: Act) -> None:
    reset.ended_at, reset.code_hash = this.at, ""
    reset.save()
