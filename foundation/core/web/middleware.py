"""A refusal that no view caught still ends as a page with its reason, never as a server error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from foundation.core.errors import Refusal
from foundation.core.web.refusals import note_refusal

SHOP_PREFIXES = ("/shop/", "/floor/", "/accounts/badge")


def is_shop(request: HttpRequest) -> bool:
    """Is this a page of the tablet?"""
    return request.path.startswith(SHOP_PREFIXES)


def back_of(request: HttpRequest) -> str:
    """The page the reader came from, when it is one of ours."""
    came: str = request.META.get("HTTP_REFERER", "")
    if came and url_has_allowed_host_and_scheme(came, {request.get_host()}):
        return came
    return reverse("portal:home")


def to_the_door(request: HttpRequest, door: str) -> str:
    """The address of the log-in that leads back here. What was sent in a form did not arrive: it leads back to the form's own
    page, and ``unsent`` tells the page to keep what was typed."""
    if request.method == "GET":
        asked = {"next": request.get_full_path()}
    else:
        page = urlsplit(back_of(request))
        asked = {"next": urlunsplit(("", "", page.path, page.query, "")), "unsent": "1"}
    return f"{reverse(door)}?{urlencode(asked)}"


class RefusalMiddleware:
    """Turns refusals into the banner (htmx) or the refusal page, with the status of the refusal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        is_page = request.method == "GET" and not request.path.startswith("/api/")
        return self._not_a_page(request) if is_page and answer.status_code == 405 else answer

    def _not_a_page(self, request: HttpRequest) -> HttpResponse:
        """Reloaded after a refusal, or typed: the address of an act shows nothing, and nothing is done again."""
        context = {
            "status": 405,
            "title": _("Nothing to see here"),
            "says": _("This is the address that a form is sent to. Nothing was done just now. Go back to the record."),
            "icon_name": "arrow-back-up",
        }
        return render(
            request, "portal/error_shop.html" if is_shop(request) else "portal/error.html", context, status=405
        )

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if request.path.startswith("/api/"):
            return None
        error = note_refusal(request, error)
        if not isinstance(error, Refusal):
            return None
        if error.code == "not-authenticated":
            return self._to_the_door(request)
        context: dict[str, Any] = {"problem": error, "back": back_of(request)}
        if request.headers.get("HX-Request"):
            answer = render(request, "components/problem_banner.html", context, status=error.status)
            answer["HX-Retarget"], answer["HX-Reswap"] = "#problem", "innerHTML show:top"
            return answer
        page = "portal/refusal_shop.html" if is_shop(request) else "portal/refusal.html"
        return render(request, page, context, status=error.status)

    def _to_the_door(self, request: HttpRequest) -> HttpResponse:
        return redirect(to_the_door(request, "accounts:badge-in" if is_shop(request) else "accounts:login"))
