"""From a request to an actor: the only bridge between the web and the domain's *who*."""

from __future__ import annotations

import hashlib
from ipaddress import ip_address
from uuid import uuid4

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.translation import get_language, gettext

from foundation.accounts.models import ApiToken, CaptureSession, Station
from foundation.accounts.selectors import station_by_token
from foundation.accounts.services import refused as services
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotFound, PermissionDenied, Refusal
from foundation.core.refs import RecordRef
from foundation.records.services import SCREEN, Credentials, note_export

STATION_COOKIE = "arteria_station"
CAPTURE_KEY = "capture_session"
SEEN_KEY = "capture_seen"
SEEN_STEP = 15  # seconds: the session row is not written at every touch
BACKWARDS = 5  # seconds that a clock may run back before a session is held to be of unknown age, and ends


def actor_of(request: HttpRequest) -> Actor:
    """The person who acts: who badged in on a station, else who logged in at the desk. PermissionDenied for nobody."""
    language = get_language() or "en"
    session = capture_session_of(request)
    if session is not None:
        return Actor(session.user_id, session.user.name, session.station.code, session.key, language)
    return desk_actor_of(request)


def desk_actor_of(request: HttpRequest) -> Actor:
    """Who logged in at the desk, whoever is badged in. PermissionDenied for nobody."""
    user = request.user
    if not user.is_authenticated:
        raise PermissionDenied(gettext("Log in or badge in first."), code="not-authenticated")
    session = _token_session(request) or desk_session_of(request)
    return Actor(user.pk, user.name, "", session, get_language() or "en")


def _token_session(request: HttpRequest) -> str:
    """Of a program: which token acted. Each request is a session of its own, so each signature asks for both components."""
    token = getattr(request, "auth", None)
    return f"token-{token.pk}-{uuid4().hex[:12]}" if isinstance(token, ApiToken) else ""


def desk_session_of(request: HttpRequest) -> str:
    """The name of a desk session on records: made of its key, which is a secret (who has it, has the session)."""
    session = getattr(request, "session", None)
    key = (session.session_key or "") if session is not None else ""
    return hashlib.sha256(f"desk:{key}".encode()).hexdigest()[:32] if key else ""


def address_of(request: HttpRequest) -> str:
    """Where the request comes from, for counting tries. Of X-Forwarded-For only what our own proxies wrote is believed."""
    told = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        told = hops[-settings.PROXIES] if len(hops) >= settings.PROXIES else told
    try:
        return str(ip_address(told))
    except ValueError:
        return ""


def station_of(request: HttpRequest) -> Station | None:
    """The registered station that this device is."""
    return station_by_token(request.COOKIES.get(STATION_COOKIE, ""))


def capture_session_of(request: HttpRequest) -> CaptureSession | None:
    """The open capture session of the person acting on this station."""
    key = request.session.get(CAPTURE_KEY) if hasattr(request, "session") else None
    if not key or _idled_out(request):
        return None
    found: CaptureSession | None = (
        CaptureSession.objects.filter(key=key, closed_at=None, user__is_active=True)
        .select_related("user", "station")
        .first()
    )
    return found


def _idled_out(request: HttpRequest) -> bool:
    """A tablet left alone locks itself: the person stays badged in, but nobody acts until the secret is given again."""
    moment = int(clock.now().timestamp())
    seen = request.session.get(SEEN_KEY, moment)
    if not -BACKWARDS <= moment - seen <= settings.CAPTURE_IDLE_SECONDS:
        request.session.pop(CAPTURE_KEY)
        request.session.pop(SEEN_KEY, None)
        return True
    polled = request.headers.get("HX-Request") and request.method == "GET"
    if not polled and (moment - seen > SEEN_STEP or SEEN_KEY not in request.session):
        request.session[SEEN_KEY] = moment
    return False


def keep_refused_try(request: HttpRequest, error: Exception) -> None:
    """Provider of ``web.refused``: a person was refused a page or an answer before any service ran. Nobody is nobody's try.

    An id that names nothing and one of another site's record look the same to the reader, and are kept alike.
    """
    match = getattr(request, "resolver_match", None)
    if isinstance(error, Http404) and (match is None or not match.kwargs):
        return
    try:
        actor = actor_of(request)
    except PermissionDenied:
        return
    refusal = error if isinstance(error, Refusal) else NotFound.here()
    services.keep_refused_try(actor=actor, refusal=refusal, method=request.method or "", address=request.path[:300])


def keep_export(request: HttpRequest, what: str, chosen: str, record: RecordRef | None) -> None:
    """Provider of ``web.exported``: every list, structure, trace and package that leaves is an act of who takes it."""
    note_export(actor=actor_of(request), what=what, chosen=chosen[:500], record=record)


def credentials_of(request: HttpRequest) -> Credentials:
    """What the signature fields of a form carry: user name or badge (may be missing for a later signing), secret, second factor,
    the hash of what was shown, and the number of the dialog. `records.sign` refuses it without these two."""
    given = request.POST
    return Credentials(
        secret=given.get("secret", ""),
        identity=given.get("identity", "").strip(),
        code=given.get("factor", "").strip(),
        shown=given.get("shown", "").strip(),
        dialog=given.get("dialog", "").strip()[:64],
        door=SCREEN,
    )
