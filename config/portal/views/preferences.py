"""Language, theme, and whether the server is there."""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from config.portal.context import THEME_COOKIE, THEMES
from foundation.accounts.services import choose_language as choose
from foundation.accounts.web import actor_of
from foundation.core.errors import PermissionDenied

YEAR = 365 * 24 * 3600


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}) else "/"


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """The language of this device, and of who acts on it: it follows the person. It does not change what is recorded."""
    answer = redirect(_back(request))
    code = request.POST.get("language", "")
    if code in dict(settings.LANGUAGES):
        with suppress(PermissionDenied):  # nobody is here: the device alone
            choose(actor=actor_of(request), language=code)
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return answer


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    answer = redirect(_back(request))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        answer.set_cookie(THEME_COOKIE, theme, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return answer


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """For the bar of the tablet and for health checks: the web process answers."""
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})
