"""Error pages in our own words; each says what to do next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from foundation.core.web.middleware import is_shop


def _page(request: HttpRequest, status: int, title: str, text: str, icon_name: str) -> HttpResponse:
    context = {"status": status, "title": title, "says": text, "icon_name": icon_name}
    return render(
        request, "portal/error_shop.html" if is_shop(request) else "portal/error.html", context, status=status
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400, _("This request could not be read"), str(exception or ""), "file-unknown")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = _("Your roles do not allow this page. Ask the system owner if you need it for your work.")
    return _page(request, 403, _("You may not see this"), str(exception) or text, "lock")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = _("Nothing is at this address. Search for the number, lot or serial, or go back to what waits for you.")
    return _page(request, 404, _("Not found"), text, "map-question")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = _(
        "The form was open too long or came from another site, so nothing was written. "
        "Go back, reload the page and send it again."
    )
    return _page(request, 403, _("The form has expired"), text, "clock-exclamation")


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the database and without context processors: they may be what broke."""
    return HttpResponse(render_to_string("portal/error_500.html"), status=500)
