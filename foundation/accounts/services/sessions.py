"""Log in at a desk, badge in at a station."""

from __future__ import annotations

import secrets as stdlib_secrets

from django.utils.translation import gettext as _

from foundation.accounts.exceptions import StationUnknown
from foundation.accounts.models import CaptureSession, Station, User
from foundation.accounts.services.secrets import prove, record_proof
from foundation.core.actor import Actor
from foundation.records.act import act

ANONYMOUS = Actor.system("log-in")


def log_in(*, identity: str, secret: str) -> User:
    """Both components at a desk. The session itself is the view's. SecretWrong, AccountLocked."""
    with act(actor=ANONYMOUS, verb="accounts.user.logged_in") as this:
        this.note(identity=identity[:100])
        user = prove(actor=ANONYMOUS, identity=identity, secret=secret, kind="login")
        actor = Actor(user.pk, user.name, language=user.language)
        this.about(user)
        record_proof(actor=actor, user=user, identity=identity, kind="login")
    return user


def badge_in(*, station: Station, identity: str, secret: str) -> CaptureSession:
    """Badge and PIN at a registered station; several people may be badged in, each acts in their own session."""
    actor = Actor(None, "system:badge-in", station=station.code)
    with act(actor=actor, verb="accounts.session.opened") as this:
        this.note(identity=identity[:100])
        if not station.active:
            raise StationUnknown(_("This station is not in use."))
        user = prove(actor=actor, identity=identity, secret=secret, kind="badge")
        session: CaptureSession | None = (
            CaptureSession.objects.select_for_update().filter(user=user, station=station, closed_at=None).first()
        )
        if session is None:
            session = CaptureSession(
                key=stdlib_secrets.token_urlsafe(24), user=user, station=station, opened_at=this.at
            )
            session.save()
        record_proof(actor=actor, user=user, identity=identity, kind="badge")
        this.about(session)
        this.relate(user)
    return session


def badge_out(*, actor: Actor, session_key: str) -> CaptureSession:
    """Leave the station. Ends the continuous period of signing too."""
    with act(actor=actor, verb="accounts.session.closed") as this:
        session: CaptureSession = CaptureSession.objects.select_for_update().get(key=session_key)
        this.about(session)
        if session.closed_at is None:
            session.closed_at = this.at
            session.save()
    return session


def actor_of_session(session: CaptureSession, language: str = "") -> Actor:
    """The actor for what is entered in a capture session."""
    return Actor(
        session.user_id,
        session.user.name,
        station=session.station.code,
        session=session.key,
        language=language or session.user.language,
    )
