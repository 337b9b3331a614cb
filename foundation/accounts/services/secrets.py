"""Check what a person proves themselves with; count wrong tries; answer the records layer who signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext as _

from foundation.accounts import ageing
from foundation.accounts.exceptions import (
    AccountLocked,
    PolicyNotAcknowledged,
    SecretAged,
    SecretMustChange,
    SecretWrong,
)
from foundation.accounts.identities import normal
from foundation.accounts.models import AuthenticationEvent, User
from foundation.accounts.selectors import roles_of, user_by_identity
from foundation.accounts.services.factors import require_factor_to_sign
from foundation.accounts.services.tries import count_failure, record_proof, take_turn
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import Conflict, PermissionDenied, Refusal
from foundation.records.services.signing import Credentials, SignerIdentity

SIGNING_IDLE = timedelta(minutes=10)
SKEW = timedelta(seconds=5)  # between the clocks of two web servers
# What begins or breaks a continuous period of signing: only a signature that is the latest of these carries it on.
PERIOD = ("signature", "badge", "login", "change", "policy", "lock")


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


def check_signer(*, actor: Actor, credentials: Credentials) -> SignerIdentity:
    """Provider of ``records.check_signer``: identity and secret the first time in a session, then the secret alone.

    With an identity: whoever it proves signs (a witness on the performer's tablet). Without one: the actor, whose earlier
    signing in this session was less than ten minutes ago. 21 CFR 11.200(a)(1). A dialog that was answered once signs nothing
    more: Conflict.
    """
    if credentials.identity:
        proof = prove(actor=actor, identity=credentials.identity, secret=credentials.secret, kind="signature")
        components = "both"
    else:
        proof, components = _later_signing(actor, credentials.secret), "secret"
    user = proof.user
    if credentials.dialog and AuthenticationEvent.objects.filter(dialog=credentials.dialog).exists():
        raise Conflict(_("This was signed already, once. Open the record to see it."), code="signed-already")
    if not user.has_acknowledged_policy:
        raise PolicyNotAcknowledged(_("Acknowledge the signature policy before your first signature."))
    require_own_secret(proof)
    require_factor_to_sign(user, credentials.code, actor)
    record_proof(
        actor=actor,
        user=user,
        identity=credentials.identity or user.username,
        kind="signature",
        dialog=credentials.dialog,
    )
    return SignerIdentity(user.pk, user.name, components, role=", ".join(roles_of(user.pk)))


def _later_signing(actor: Actor, secret: str) -> Proof:
    if actor.user_id is None or not signs_on(actor):
        raise first_signing_needed()
    user = User.objects.filter(pk=actor.user_id, is_active=True).first()
    if user is None:
        raise SecretWrong(_("Unknown user or badge, or wrong secret."))
    return prove_user(actor=actor, user=user, secret=secret, kind="signature")


def first_signing_needed() -> Refusal:
    """The refusal that asks for both components."""
    return PermissionDenied(
        _("Give your user name or badge and your secret: it is your first signature of this session."),
        code="both-components",
        field="identity",
    )


def signs_on(actor: Actor) -> bool:
    """Is the actor within a continuous period of signing, so that the secret alone will do?

    The newest event of the session decides, by its number and not by its time: badging in again after the tablet locked
    itself, or a new secret, ends the period. A clock that ran back since ends it too.
    """
    if not actor.session or actor.user_id is None:
        return False
    last = (
        AuthenticationEvent.objects.filter(
            user_id=actor.user_id, session=actor.session, succeeded=True, kind__in=PERIOD
        )
        .order_by("-id")
        .first()
    )
    moment = clock.now()
    return last is not None and last.kind == "signature" and moment - SIGNING_IDLE < last.at <= moment + SKEW
