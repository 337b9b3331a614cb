"""Answer the records layer who signs: both components first, then the secret alone within a continuous period."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from foundation.accounts.exceptions import PolicyNotAcknowledged, SecretWrong
from foundation.accounts.models import AuthenticationEvent, User
from foundation.accounts.selectors import roles_of
from foundation.accounts.services.factors import require_factor_to_sign
from foundation.accounts.services.secrets import Proof, prove, prove_user, require_own_secret
from foundation.accounts.services.tries import record_proof
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import Conflict, PermissionDenied, Refusal
from foundation.records.context import require_act
from foundation.records.services.signing import Credentials, SignerIdentity

SIGNING_IDLE = timedelta(minutes=10)
SKEW = timedelta(seconds=5)  # between the clocks of two web servers
# What begins or breaks a continuous period of signing: only a signature that is the latest of these carries it on.
PERIOD = ("signature", "badge", "login", "change", "policy", "lock")


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
    if user.secret_by_one:
        require_act("A signature").note(secret_by_one=True)
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
