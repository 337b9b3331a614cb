"""Check what a person proves themselves with; wrong tries are counted."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext as _

from foundation.accounts import ageing
from foundation.accounts.exceptions import AccountLocked, SecretAged, SecretMustChange, SecretWrong
from foundation.accounts.identities import normal
from foundation.accounts.models import User
from foundation.accounts.selectors import user_by_identity
from foundation.accounts.services.tries import count_failure, take_turn
from foundation.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Proof:
    """Who it is, and by which secret: ``password`` or ``pin``."""

    user: User
    by: str


def matching_secret(user: User, secret: str) -> str:
    """``password`` or ``pin``, or "" when it is neither. No rehash on the way: a check writes nothing."""
    if not secret:
        return ""
    # Each check is slow on purpose: what can only be a PIN is tried as one first.
    order = (ageing.PIN, ageing.PASSWORD) if secret.isdigit() else (ageing.PASSWORD, ageing.PIN)
    return next((which for which in order if getattr(user, which) and check_password(secret, getattr(user, which))), "")


def prove(*, actor: Actor, identity: str, secret: str, kind: str, address: str = "") -> Proof:
    """The person behind both components. SecretWrong, AccountLocked; a wrong try is counted after the roll-back."""
    identity = normal(identity)
    user = user_by_identity(identity)
    if user is None or not user.is_active:
        make_password(secret)  # an unknown name takes as long to answer as a wrong secret
        raise SecretWrong(
            _("Unknown user or badge, or wrong secret."),
            aftermath=lambda: count_failure(actor=actor, identity=identity, user_id=None, kind=kind, address=address),
        )
    return prove_user(actor=actor, user=user, secret=secret, kind=kind, identity=identity, address=address)


def prove_user(*, actor: Actor, user: User, secret: str, kind: str, identity: str = "", address: str = "") -> Proof:
    """This person by the secret alone. SecretWrong, AccountLocked."""
    take_turn(user)
    if user.is_locked:
        raise AccountLocked(_("This account is locked after wrong tries. Security has been told."))
    by = matching_secret(user, secret)
    if not by or not user.is_active:
        raise SecretWrong(
            _("Unknown user or badge, or wrong secret."),
            aftermath=lambda: count_failure(
                actor=actor, identity=identity or user.username, user_id=user.pk, kind=kind, address=address
            ),
        )
    return Proof(user, by)


def require_own_secret(proof: Proof) -> None:
    """The secret is the person's own and not too old. SecretMustChange, SecretAged."""
    if proof.user.must_change_secret:
        raise SecretMustChange(_("Your secret was set by an administrator: choose your own first."))
    if ageing.is_over(proof.user, proof.by):
        raise SecretAged(_("Your secret is older than policy allows: choose a new one first."))
