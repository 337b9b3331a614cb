"""Texts that people build by: ``{language: text}``."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language

FALLBACK = ("en", "zh-hans")


def localized(texts: Mapping[str, str] | str | None, language: str | None = None) -> str:
    """The text in this (or the active) language, else English, else any: never nothing when there is something."""
    if isinstance(texts, str):
        return texts
    if not texts:
        return ""
    for code in (language or get_language() or "en", *FALLBACK):
        if texts.get(code):
            return texts[code]
    return next((text for text in texts.values() if text), "")
