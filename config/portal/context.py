"""What every page of ours needs: navigation, theme, permissions, alerts. Lazy, so that a fragment pays for nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from config.portal.navigation import visible
from foundation.accounts.selectors import permissions_of
from foundation.accounts.web import capture_session_of, station_of
from foundation.core import events

THEMES = ("light", "dark", "auto")
THEME_COOKIE = "arteria_theme"


def portal(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    user = getattr(request, "user", None)
    user_id = user.pk if user is not None and user.is_authenticated else None
    theme = request.COOKIES.get(THEME_COOKIE, "light")
    permissions: Any = SimpleLazyObject(lambda: permissions_of(user_id) if user_id else frozenset())
    return {
        "theme": theme if theme in THEMES else "light",
        "demo": settings.DEMO,
        "ask_factor": settings.SECOND_FACTOR_TO_SIGN not in ("", "none"),
        "idle_seconds": settings.CAPTURE_IDLE_SECONDS,
        "languages": settings.LANGUAGES,
        "permissions": permissions,
        "navigation": SimpleLazyObject(lambda: visible(permissions, request.path)),
        "alert_count": SimpleLazyObject(lambda: sum(events.ask("alerts.open_count", user_id)) if user_id else 0),
        "station": SimpleLazyObject(lambda: station_of(request)),
        "capture_session": SimpleLazyObject(lambda: capture_session_of(request)),
    }
