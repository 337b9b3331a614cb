"""Tokens of the API: issued by whom they act for, shown once, kept as a hash, ended by date or by hand (21 CFR 11.10(d))."""

from __future__ import annotations

import secrets as stdlib_secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from foundation.accounts.models import ApiToken, ApiTokenUse, User
from foundation.accounts.policies import require
from foundation.accounts.services.secrets import prove_user, require_own_secret
from foundation.accounts.services.tries import record_proof
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.core.errors import NotFound, NotValid
from foundation.records.act import act

MANAGE = "accounts.manage_users"
PREFIX, HINT = "art_", 8
USE_STEP = timedelta(minutes=1)  # how exactly the last use is known


def issue_token(*, actor: Actor, name: str, valid_until: datetime, present: str, reason: str) -> tuple[ApiToken, str]:
    """A token for a program that acts as the actor, and only now its text: nobody can read it again.

    Everybody issues their own, proved by the present secret: who could issue another's could act in another's name. NotValid
    without a name, a reason, or an end within ``API_TOKEN_DAYS``; SecretWrong (counted as at log-in).
    """
    with act(actor=actor, verb="accounts.token.issued", reason=reason) as this:
        user: User = User.objects.get(pk=actor.person_id)
        this.about(user)
        _require_said(name, reason)
        _require_end(valid_until)
        proof = prove_user(actor=actor, user=user, secret=present, kind="token")
        require_own_secret(proof)
        record_proof(actor=actor, user=user, identity=user.username, kind="token")
        text = PREFIX + stdlib_secrets.token_urlsafe(32)
        token = ApiToken(
            user=user,
            name=name.strip(),
            hint=text[:HINT],
            token_hash=content_hash(text),
            issued_at=this.at,
            valid_until=valid_until,
        )
        token.save()
        this.relate(token)
        this.note(token=str(token), until=valid_until.isoformat())
    return token, text


def _require_said(name: str, reason: str) -> None:
    if not name.strip():
        raise NotValid(_("Say which program the token is for."), code="empty", field="name")
    if not reason.strip():
        raise NotValid(_("Give a reason."), code="reason-required", field="reason")


def _require_end(valid_until: datetime) -> None:
    now, days = clock.now(), int(settings.API_TOKEN_DAYS)
    if not now < valid_until <= now + timedelta(days=days):
        raise NotValid(
            _("A token ends in the future, and within %(days)s days.") % {"days": days},
            code="token-too-long",
            field="valid_until",
        )


def end_token(*, actor: Actor, token_id: int, reason: str) -> ApiToken:
    """It lets nobody in from now on. One's own, or anybody's by who manages users. NotValid without a reason."""
    with act(actor=actor, verb="accounts.token.ended", reason=reason) as this:
        token: ApiToken | None = ApiToken.objects.select_for_update().filter(pk=token_id).first()
        if token is None:
            raise NotFound.here()
        this.about(token.user)
        this.relate(token)
        if token.user_id != actor.user_id:
            require(actor, MANAGE)
        if not reason.strip():
            raise NotValid(_("Give a reason."), code="reason-required", field="reason")
        if token.ended_at is not None:
            raise NotValid(_("This token has ended already."), code="token-ended")
        token.ended_at = this.at
        token.save()
        this.note(token=str(token))
    return token


def end_expired_tokens(*, actor: Actor) -> int:
    """Make the end of tokens a fact, so that a clock set back brings none to life again. How many ended."""
    over = ApiToken.objects.filter(ended_at=None, valid_until__lte=clock.now())
    if not over.exists():
        return 0
    with act(actor=actor, verb="accounts.tokens.expired") as this:
        rows = list(over.select_for_update().order_by("pk"))
        for token in rows:
            token.ended_at = this.at
            token.save()
        this.relate(*rows)
    return len(rows)


def token_behind(text: str) -> ApiToken | None:
    """The token in force behind this text, whose user works here and is not locked; None otherwise. A read."""
    found: ApiToken | None = (
        ApiToken.objects.select_related("user")
        .filter(token_hash=content_hash(text), ended_at=None, valid_until__gt=clock.now(), user__is_active=True)
        .first()
    )
    return None if found is None or found.user.is_locked else found


def note_token_use(token: ApiToken, address: str) -> None:
    """When it last let somebody in: written once a minute at most, and no history of it."""
    now = clock.now()
    used = ApiTokenUse.objects.filter(token=token)
    last = used.values_list("last_used_at", flat=True).first()
    if last is None:
        ApiTokenUse.objects.get_or_create(token=token, defaults={"last_used_at": now, "address": address})
    elif now - last >= USE_STEP:
        used.update(last_used_at=now, address=address)
