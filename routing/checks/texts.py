"""What people build by is there in every language; nothing is machine-translated."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext as _


def missing_languages(texts: Mapping[str, str] | None) -> list[str]:
    """Names of the languages in which a text is missing."""
    return [str(name) for code, name in settings.LANGUAGES if not str((texts or {}).get(code, "")).strip()]


def missing_text(what: str, texts: Mapping[str, str] | None) -> str:
    """The problem in words, or "" when the text is there in every language."""
    missing = missing_languages(texts)
    return (
        _("%(what)s is missing in %(languages)s.") % {"what": what, "languages": ", ".join(missing)} if missing else ""
    )
