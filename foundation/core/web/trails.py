"""What a timeline shows of an act, wherever it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

VERB = re.compile(r"[a-z_]+\.[a-z_]+\.[a-z_]+")


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
    if not VERB.fullmatch(verb):
        return verb
    words = " ".join(verb.split(".")[1:]).replace("_", " ")
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
