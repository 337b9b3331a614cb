"""Badge in at a registered station. Several people may be badged in; one of them acts."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from foundation.accounts import services
from foundation.accounts.forms import BadgeForm, DoorSecretForm, StationForm
from foundation.accounts.selectors import open_sessions, station_by_token
from foundation.accounts.views.desk import next_of
from foundation.accounts.web import (
    CAPTURE_KEY,
    SEEN_KEY,
    STATION_COOKIE,
    actor_of,
    address_of,
    capture_session_of,
    station_of,
)
from foundation.core.web.attempts import attempt, show

YEARS = 5 * 365 * 24 * 3600


def station_home() -> str:
    """Where a station goes once somebody is badged in; the badge page itself while there is no shop floor."""
    try:
        return reverse("shopfloor:station")
    except NoReverseMatch:
        return reverse("accounts:badge-in")


@never_cache
@sensitive_post_parameters("secret")
def badge_in(request: HttpRequest) -> HttpResponse:
    """Who works here now; scan a badge and give the secret to join, press a name to act as the one badged in."""
    station = station_of(request)
    if station is None:
        return show(request, "accounts/bind_station.html", form=StationForm())
    form = BadgeForm(request.POST or None, initial={"identity": request.GET.get("identity", "")[:100]})
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            session = services.badge_in(
                station=station,
                identity=form.cleaned_data["identity"],
                secret=form.cleaned_data["secret"],
                address=address_of(request),
            )
        if tried.done:
            request.session.cycle_key()
            request.session[CAPTURE_KEY] = session.key
            request.session.pop(SEEN_KEY, None)
            answer = redirect(next_of(request, station_home()))
            if session.user.language != get_language():  # a shared tablet speaks to whoever acts on it
                answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, session.user.language, samesite="Lax")
            return answer
    back = next_of(request, "") if request.GET.get("next") or request.POST.get("next") else ""
    context = {
        "people": open_sessions(station),
        "acting": capture_session_of(request),
        "station_home": station_home(),
        "next": back,
        "locked_card": back.startswith("/shop/"),
    }
    return show(request, "accounts/badge_in.html", context, tried=tried, form=form)


@never_cache
@sensitive_post_parameters("secret", "pin")
def badge_secret(request: HttpRequest) -> HttpResponse:
    """A new PIN at the tablet, proved by badge and present secret; then badge in with it."""
    station = station_of(request)
    if station is None:
        return show(request, "accounts/bind_station.html", form=StationForm())
    form = DoorSecretForm(request.POST or None, initial={"identity": request.GET.get("identity", "")})
    tried = None
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        with attempt(form) as tried:
            services.renew_secret(
                identity=given["identity"],
                present=given["secret"],
                pin=given["pin"],
                code=given["code"],
                station=station,
                address=address_of(request),
            )
        if tried.done:
            messages.success(request, _("Your new PIN holds from now on. Badge in with it."))
            return redirect("accounts:badge-in")
    return show(request, "accounts/badge_secret.html", tried=tried, form=form)


@require_POST
@sensitive_post_parameters("secret")
def badge_switch(request: HttpRequest) -> HttpResponse:
    """Back to the badge page, and from there to the same card: another person acts only after their own badge and secret."""
    if capture_session_of(request) is not None:
        services.lock_station(actor=actor_of(request))
    request.session.pop(CAPTURE_KEY, None)
    door = reverse("accounts:badge-in")
    if not request.POST.get("next"):
        return redirect(door)
    back = next_of(request, "accounts:badge-in")
    return redirect(f"{door}?{urlencode({'next': back})}")


@require_POST
def badge_out(request: HttpRequest) -> HttpResponse:
    """The acting person leaves the station."""
    session = capture_session_of(request)
    if session is not None:
        services.badge_out(actor=actor_of(request), session_key=session.key)
        messages.success(request, _("%(name)s has left this station.") % {"name": session.user.name})
    request.session.pop(CAPTURE_KEY, None)
    return redirect("accounts:badge-in")


@require_POST
@sensitive_post_parameters("token")
def bind_station(request: HttpRequest) -> HttpResponse:
    """Make this device a station: it keeps the token that the system owner got at registration."""
    form = StationForm(request.POST)
    if form.is_valid() and station_by_token(form.cleaned_data["token"]) is not None:
        answer = redirect("accounts:badge-in")
        answer.set_cookie(
            STATION_COOKIE,
            form.cleaned_data["token"],
            max_age=YEARS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return answer
    form.add_error("token", _("No station in use has this token."))
    return show(request, "accounts/bind_station.html", form=form)
