"""What the codes of a record's content are called on a screen; the content itself keeps the codes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dhr.states import RecordState
from foundation.core.units import UNITS
from shopfloor.states import CardState

PIECES = {
    "good": _("Good"),
    "scrapped": _("Scrapped"),
    "rework": _("In rework"),
    "held": _("Held"),
    "destroyed": _("Destroyed in test"),
    "retained": _("Retained"),
    "open": _("Open"),
}
OUTCOMES = {
    "done": _("Done"),
    "in": _("Within limits"),
    "out": _("Out of limits"),
    "invalid": _("Does not count"),
    "removed": _("Taken out again"),
}
STATES = {**dict(CardState.choices), **dict(RecordState.choices)}


def unit_sign(code: str) -> str:
    """A unit as people write it: ``cm2`` → cm²."""
    found = UNITS.get(code)
    return found.symbol(get_language() or "en") if found else code


def in_words(row: dict[str, Any], key: str, words: dict[Any, Any]) -> dict[str, Any]:
    """The row with ``<key>_words`` beside its code."""
    return {**row, f"{key}_words": words.get(row[key], row[key])}


def pieces_in_words(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [in_words(row, "state", PIECES) for row in rows]


def records_in_words(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [in_words(row, "state", dict(RecordState.choices)) for row in rows]


def operations_in_words(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cards and their steps."""
    return [
        {**in_words(row, "state", STATES), "steps": [in_words(step, "outcome", OUTCOMES) for step in row["steps"]]}
        for row in rows
    ]
