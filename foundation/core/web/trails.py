"""What a timeline shows of an act, wherever it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Trail:
    """One line of a timeline."""

    at: datetime | None
    who: str
    what: str
    why: str = ""
    station: str = ""
    refused: bool = False
    refusal: str = ""


def verb_words(verb: str) -> str:
    """The words of an act's verb: translated as a whole when somebody did, else read out of the code."""
    translated = _(verb) if verb else ""
    if translated != verb:
        return translated
    parts = verb.split(".")
    words = " ".join(parts[1:] if len(parts) == 3 else parts).replace("_", " ")
    return words[:1].upper() + words[1:]


def trail_of(entry: Any) -> Trail:
    """From a ledger entry, or from a dict with the same words."""
    if isinstance(entry, Trail):
        return entry
    if isinstance(entry, dict):
        refused = entry.get("outcome") == "refused"
        return Trail(
            entry.get("at"), str(entry.get("who", "")), str(entry.get("what", "")), str(entry.get("why", "")),
            str(entry.get("station", "")), refused, str(entry.get("refusal", "")),
        )  # fmt: skip
    return Trail(
        entry.captured_at, entry.actor_name, verb_words(entry.verb), entry.reason, entry.station,
        entry.outcome == "refused", str(entry.data.get("refusal", "")),
    )  # fmt: skip
