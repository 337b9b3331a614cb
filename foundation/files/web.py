"""Hand out a file so that a browser saves it and runs nothing of it."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def download(content: bytes, *, name: str, media_type: str, inline: bool = False) -> HttpResponse:
    """Attachment by default; never sniffed, never scripted, never kept by a shared cache.

    ``inline`` is for what we made ourselves (a label, a card as PDF), not for what somebody handed in.
    """
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    response["Content-Length"] = str(len(content))
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    # The header is set here, so django-csp leaves it alone: the site's own policy is for pages.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
