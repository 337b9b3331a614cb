"""Log in at a desk, badge in at a station."""

from __future__ import annotations

import secrets as stdlib_secrets

from django.utils.translation import gettext as _

from foundation.accounts import directory, second_factor
from foundation.accounts.exceptions import AccountLocked, StationUnknown
from foundation.accounts.identities import normal
from foundation.accounts.models import CaptureSession, LoginBy, Station, User
from foundation.accounts.policies import require
from foundation.accounts.selectors import user_by_identity
from foundation.accounts.services.addresses import ANONYMOUS, count_address, was_right
from foundation.accounts.services.closing import close_sessions_of
from foundation.accounts.services.factors import prove_factor
from foundation.accounts.services.secrets import prove, require_own_secret
from foundation.accounts.services.tries import prove_elsewhere, record_proof, take_turn, told_identity
from foundation.core.actor import Actor
from foundation.core.errors import PermissionDenied
from foundation.records.act import act


def log_in(*, identity: str, secret: str, code: str = "", address: str = "") -> User:
    """Both components at a desk, and the second factor where policy asks for one. The session itself is the view's.

    Ends every earlier desk session of the person: an account is nobody's but theirs (docs/decisions/one-desk-at-a-time.md).
    SecretWrong, AccountLocked, FactorNeeded, TooManyTries.
    """
    window = count_address(address)
    with act(actor=ANONYMOUS, verb="accounts.user.logged_in") as this:
        this.note(identity=told_identity(identity))
        user = _proved_at_the_desk(identity, secret, address)
        actor = Actor(user.pk, user.name, language=user.language)
        if second_factor.needed_to_log_in(user) and not second_factor.must_add(user):
            prove_factor(user=user, code=code, actor=actor, kind="login")
        this.about(user)
        record_proof(actor=actor, user=user, identity=identity, kind="login", address=address)
        user = _begin_desk_session(user)
    was_right(address, window)
    return user


def log_in_by_provider(*, subject: str, address: str = "") -> User:
    """The company's OpenID provider said who it is: the person linked to this subject. PermissionDenied when nobody is;
    AccountLocked.

    Nobody is made on the way: who somebody is was checked when the account was given (21 CFR 11.100(b)). Signing asks for
    our own secret.
    """
    with act(actor=ANONYMOUS, verb="accounts.user.logged_in") as this:
        this.note(subject=subject[:300], by="oidc")
        user = User.objects.filter(external_subject=subject, login_by=LoginBy.OIDC, is_active=True).first()
        if user is None or not subject:
            raise PermissionDenied(
                _("Nobody here is linked to this account of the company. The system owner links it."),
                code="not-linked",
                details={"subject": subject[:300]},
            )
        this.about(user)
        take_turn(user)
        if user.is_locked:
            raise AccountLocked(_("This account is locked after wrong tries. Security has been told."))
        actor = Actor(user.pk, user.name, language=user.language)
        record_proof(actor=actor, user=user, identity=user.username, kind="login", address=address)
        return _begin_desk_session(user)


def _proved_at_the_desk(identity: str, secret: str, address: str) -> User:
    user = user_by_identity(normal(identity))
    if user is not None and user.login_by == LoginBy.OIDC:
        raise PermissionDenied(
            _("This person logs in with the company's account: use the button."), code="use-provider"
        )
    if user is not None and user.login_by == LoginBy.LDAP:
        return prove_elsewhere(
            actor=ANONYMOUS,
            user=user,
            check=lambda: directory.accepts(user.username, secret),
            identity=identity,
            kind="login",
            address=address,
        )
    return prove(actor=ANONYMOUS, identity=identity, secret=secret, kind="login", address=address).user


def _begin_desk_session(user: User) -> User:
    """Raises the epoch: the sessions that were made before no longer match."""
    mine: User = User.objects.select_for_update().get(pk=user.pk)
    mine.session_epoch += 1
    mine.save()
    return mine


def log_out(*, actor: Actor) -> None:
    """Ends the desk session, and with it the continuous period of signing; kept like the log-in."""
    with act(actor=actor, verb="accounts.user.logged_out") as this:
        this.about(User.objects.get(pk=actor.person_id))


def badge_in(*, station: Station, identity: str, secret: str, address: str = "") -> CaptureSession:
    """Badge and PIN at a registered station; several people may be badged in, each acts in their own session.

    SecretWrong, AccountLocked, SecretMustChange, SecretAged, TooManyTries, StationUnknown.
    """
    window = count_address(address)
    actor = Actor(None, "system:badge-in", station=station.code)
    with act(actor=actor, verb="accounts.session.opened") as this:
        this.note(identity=told_identity(identity))
        if not station.active:
            raise StationUnknown(_("This station is not in use."))
        proof = prove(actor=actor, identity=identity, secret=secret, kind="badge", address=address)
        require_own_secret(proof)
        user = proof.user
        session: CaptureSession | None = (
            CaptureSession.objects.select_for_update().filter(user=user, station=station, closed_at=None).first()
        )
        if session is None:
            session = CaptureSession(
                key=stdlib_secrets.token_urlsafe(24), user=user, station=station, opened_at=this.at
            )
            session.save()
        record_proof(actor=actor, user=user, identity=identity, kind="badge", address=address, session=session.key)
        this.about(session)
        this.relate(user)
    was_right(address, window)
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


def lock_station(*, actor: Actor) -> None:
    """The tablet was left alone, or handed to the next person: who was badged in acts again after the secret only."""
    with act(actor=actor, verb="accounts.session.locked") as this:
        user = User.objects.get(pk=actor.person_id)
        this.about(user)
        record_proof(actor=actor, user=user, identity=user.username, kind="lock")


def end_desk_sessions(*, actor: Actor, user_id: int, reason: str) -> User:
    """Every desk and capture session of the person ends now: a screen left open somewhere, or a doubt who sits there."""
    with act(actor=actor, verb="accounts.sessions.ended", reason=reason) as this:
        if actor.user_id != user_id and not actor.is_system:
            require(actor, "accounts.manage_users")
        user = _begin_desk_session(User.objects.get(pk=user_id))
        this.about(user)
        close_sessions_of(user, at=this.at)
    return user


def actor_of_session(session: CaptureSession, language: str = "") -> Actor:
    """The actor for what is entered in a capture session."""
    return Actor(
        session.user_id,
        session.user.name,
        station=session.station.code,
        session=session.key,
        language=language or session.user.language,
    )
