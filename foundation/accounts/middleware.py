"""A desk session ends when it idles, grows old, or its owner logs in elsewhere; and some things come before all others."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts import ageing, second_factor
from foundation.accounts.models import User
from foundation.accounts.web import BACKWARDS
from foundation.core import clock
from foundation.core.api.problems import CONTENT_TYPE, problem_body
from foundation.core.web.middleware import to_the_door

BEGAN_KEY, TOUCHED_KEY, DUTIES_KEY = "desk_began", "desk_touched", "desk_duties"
TOUCH_STEP = 30  # seconds: the session row is not written at every click
ELSEWHERE = gettext_lazy(
    "Your session has ended: you logged in elsewhere, or your secret was changed. If it was not you, tell the system owner."
)
NOT_LOGGED_IN = gettext_lazy(
    "Your session had ended before this arrived, so nothing was written. Log in: what you typed is put back."
)
# What a person with an open duty may still have: what fulfils it, the doors (each asks for its own proof), and no more.
OPEN_DURING_DUTIES = (
    "/accounts/profile/",
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/badge/",
    "/static/",
    "/language/",
    "/theme/",
)


class DeskSessionMiddleware:
    """After AuthenticationMiddleware and MessageMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if auth.SESSION_KEY in request.session:
            answer = self._before(request)
            if answer is not None:
                return answer
        answer = self.get_response(request)
        if request.method == "POST" and _asks_to_log_in(request, answer) and not request.path.startswith("/accounts/"):
            return self._ended(request, str(NOT_LOGGED_IN)) or answer
        return answer

    def _before(self, request: HttpRequest) -> HttpResponse | None:
        if not request.user.is_authenticated:  # Django has emptied the session: its hash no longer matches the person's
            return self._ended(request, str(ELSEWHERE))
        reason = self._over(request)
        if reason:
            auth.logout(request)
            return self._ended(request, reason)
        return self._duty(request)

    @staticmethod
    def _over(request: HttpRequest) -> str:
        moment = int(clock.now().timestamp())
        began = request.session.setdefault(BEGAN_KEY, moment)
        touched = request.session.get(TOUCHED_KEY, began)
        if not -BACKWARDS <= moment - began <= settings.DESK_MAX_SECONDS:
            return _("You have been logged in for long enough: log in again.")
        if not -BACKWARDS <= moment - touched <= settings.DESK_IDLE_SECONDS:
            return _("You were away for a while, so your session was closed. Log in to go on.")
        polled = request.headers.get("HX-Request") and request.method == "GET"
        if not polled and (moment - touched > TOUCH_STEP or TOUCHED_KEY not in request.session):
            request.session[TOUCHED_KEY] = moment
        return ""

    @staticmethod
    def _ended(request: HttpRequest, reason: str) -> HttpResponse | None:
        """To the door, with the reason. The API answers by itself that nobody is logged in."""
        if request.path.startswith("/api/"):
            return None
        own = request.path.startswith("/accounts/")
        address = reverse("accounts:login") if own else to_the_door(request, "accounts:login")
        messages.warning(request, reason)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return redirect(address)

    @staticmethod
    def _duty(request: HttpRequest) -> HttpResponse | None:
        """A secret that an administrator knows, or that is too old, and a missing second factor come before any other page."""
        if request.path.startswith(OPEN_DURING_DUTIES):
            return None
        user = request.user
        if not isinstance(user, User):
            return None
        if ageing.must_change(user):
            reason = _("Choose your own secret first: until then nothing else is open to you.")
            return _to_the_duty(request, reason, "accounts:profile")
        if second_factor.is_used() and second_factor.must_add(user):
            return _to_the_duty(
                request, _("Policy asks you for a second factor: add one first."), "accounts:factor-add"
            )
        return None


def _asks_to_log_in(request: HttpRequest, answer: HttpResponse) -> bool:
    """Is this what `login_required` answers? (The language may be chosen on the log-in page, and leads back there.)"""
    return answer.status_code == 302 and answer["Location"] == redirect_to_login(request.get_full_path()).url


def _to_the_duty(request: HttpRequest, reason: str, page: str) -> HttpResponse:
    """A page leads there; the API refuses as it refuses everything, and where to go is in the details."""
    if request.path.startswith("/api/"):
        more = {"field": "", "details": {"page": reverse(page)}}
        return JsonResponse(problem_body("duty-open", reason, 403, **more), status=403, content_type=CONTENT_TYPE)
    messages.warning(request, reason)
    return redirect(page)
