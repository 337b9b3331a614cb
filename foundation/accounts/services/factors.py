"""The second factor: a code of an authenticator app (TOTP, RFC 6238), where policy asks for one."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import pyotp
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _

from foundation.accounts import second_factor
from foundation.accounts.exceptions import FactorNeeded
from foundation.accounts.models import FactorKind, FactorUse, SecondFactor, User
from foundation.accounts.policies import require_over
from foundation.accounts.services.secrets import prove_user, require_own_secret
from foundation.accounts.services.tries import count_failure, record_proof, take_turn
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.records.act import act

STEP = 30  # seconds
DRIFT = 1  # steps that the telephone's clock may be off
ISSUER = "Arteria"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a person's app is given: shown once, kept encrypted once the first code proves that the app has it."""

    secret: str
    address: str  # otpauth://…, for the QR code
    kept: str  # encrypted, for the session between showing it and its first code

    def __repr__(self) -> str:
        return "Enrolment(…)"


def begin_totp(*, actor: Actor) -> Enrolment:
    """A new secret for an authenticator app; nothing is kept until `add_totp` proves it."""
    return _enrolment(actor, pyotp.random_base32())


def resume_totp(*, actor: Actor, kept: str) -> Enrolment:
    """The one that was begun; a new one when it can no longer be read."""
    try:
        return _enrolment(actor, _vault().decrypt(kept.encode()).decode())
    except InvalidToken:
        return begin_totp(actor=actor)


def _enrolment(actor: Actor, secret: str) -> Enrolment:
    user = User.objects.get(pk=actor.person_id)
    address = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)
    return Enrolment(secret, address, _vault().encrypt(secret.encode()).decode())


def add_totp(*, actor: Actor, secret: str, code: str, present: str, name: str = "") -> SecondFactor:
    """The app shows a code of this secret: from now on it is a factor of the actor's, who proves themselves by ``present``.

    NotValid for a wrong code; SecretWrong, AccountLocked, SecretMustChange, SecretAged: what an administrator set, or a desk
    left open, adds no factor.
    """
    with act(actor=actor, verb="accounts.factor.added") as this:
        user: User = User.objects.get(pk=actor.person_id)
        this.about(user)
        _prove_oneself(actor, user, present)
        step = _step_of(secret, code)
        if step is None:
            raise NotValid(_("This is not the code that the app should show now."), code="code-wrong", field="code")
        factor = SecondFactor(
            user=user,
            kind=FactorKind.TOTP,
            name=name or str(FactorKind.TOTP.label),
            secret=_vault().encrypt(secret.encode()).decode(),
            added_at=this.at,
        )
        factor.save()
        FactorUse.objects.create(factor=factor, once=str(step), used_at=this.at)
        this.note(kind=factor.kind)
    return factor


def _prove_oneself(actor: Actor, user: User, present: str) -> None:
    require_own_secret(prove_user(actor=actor, user=user, secret=present, kind="factor"))
    record_proof(actor=actor, user=user, identity=user.username, kind="factor")


def remove_factor(*, actor: Actor, factor_id: int, reason: str, present: str = "") -> SecondFactor:
    """A factor is lost or given up: it proves nothing from now on. One's own by the ``present`` secret (refused as `add_totp`),
    or another's by who manages users."""
    with act(actor=actor, verb="accounts.factor.removed", reason=reason) as this:
        factor: SecondFactor = SecondFactor.objects.select_for_update().get(pk=factor_id)
        this.about(factor.user)
        if factor.user_id == actor.user_id:
            _prove_oneself(actor, factor.user, present)
        else:
            require_over(actor, "accounts.manage_users", factor.user)
        if factor.removed_at is None:
            factor.removed_at = this.at
            factor.save()
    return factor


def require_factor_to_sign(user: User, code: str, actor: Actor) -> None:
    """Inside the signing act: the factor, where policy asks this person for one at each signature. FactorNeeded."""
    if second_factor.needed_to_sign(user):
        prove_factor(user=user, code=code, actor=actor, kind="signature")


def prove_factor(*, user: User, code: str, actor: Actor, kind: str) -> None:
    """One of the person's factors says so. A code counts once; a wrong one is a wrong try. FactorNeeded."""
    take_turn(user)
    factors = list(user.factors.filter(removed_at=None, kind=FactorKind.TOTP).order_by("pk"))
    if not factors:
        raise FactorNeeded(_("Add a second factor to your profile first: policy asks for one."), code="factor-missing")
    if not code.strip():
        raise FactorNeeded(_("Give the code of your authenticator app too."), field="code")
    for factor in factors:
        step = _step_of(_secret_of(factor), code)
        if step is not None and not _used_since(factor, step):
            FactorUse.objects.create(factor=factor, once=str(step), used_at=clock.now())
            return
    raise FactorNeeded(
        _("This code is wrong, or was used before. Wait for the next one."),
        field="code",
        aftermath=lambda: count_failure(actor=actor, identity=user.username, user_id=user.pk, kind=f"{kind}-factor"),
    )


def _used_since(factor: SecondFactor, step: int) -> bool:
    """This code or a later one was used: by the number of its step, so that a clock set back brings no code to life again."""
    return any(int(once) >= step for once in factor.uses.order_by("-id").values_list("once", flat=True)[:1])


def _step_of(secret: str, code: str) -> int | None:
    given = code.replace(" ", "")
    now = int(clock.now().timestamp()) // STEP
    steps = (now, *(now + off for n in range(1, DRIFT + 1) for off in (-n, n)))
    return next(
        (step for step in steps if pyotp.utils.strings_equal(pyotp.TOTP(secret).generate_otp(step), given)), None
    )


def _secret_of(factor: SecondFactor) -> str:
    try:
        return _vault().decrypt(factor.secret.encode()).decode()
    except InvalidToken as error:
        raise FactorNeeded(
            _("This factor can no longer be read: its key is gone. An administrator removes it, then add it again."),
            code="factor-unreadable",
        ) from error


def _vault() -> MultiFernet:
    """Keys made from the site's secret and its fallbacks, so that the database alone gives no factor away."""
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str | bytes) -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"arteria.second-factor").derive(
        force_bytes(secret)
    )
    return Fernet(base64.urlsafe_b64encode(derived))
