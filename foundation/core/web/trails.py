"""What a timeline shows of an act, wherever it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

VERB = re.compile(r"[a-z_]+\.[a-z_]+\.[a-z_]+")
SYSTEM = "system:"


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
    """The words of an act's verb: the catalogue's for the code, else read out of it. Anything but a verb stays."""
    if not VERB.fullmatch(verb):
        return verb
    translated = _(verb)
    if translated != verb:
        return translated
    words = " ".join(verb.split(".")[1:]).replace("_", " ")
    return words[:1].upper() + words[1:]


def what_words(verb: str, *, refused: bool) -> str:
    """The words of an act as it ended. The words of a verb say that it is done: of a refused act they say that it is not."""
    words = verb_words(verb)
    return _("Not done: %(what)s") % {"what": words} if refused else words


def actor_words(name: str) -> str:
    """Who acted. ``system:log-in`` is no person's name: it reads as the system, and which part of it."""
    if not name.startswith(SYSTEM):
        return name
    translated = _(name)
    return translated if translated != name else f"System: {name.removeprefix(SYSTEM)}"


def trail_of(entry: Any) -> Trail:
    """From a ledger entry, or from a dict with the same words."""
    if isinstance(entry, Trail):
        return entry
    if isinstance(entry, dict):
        refused = entry.get("outcome") == "refused"
        return Trail(
            entry.get("at"), actor_words(str(entry.get("who", ""))), str(entry.get("what", "")), str(entry.get("why", "")),
            str(entry.get("station", "")), refused, str(entry.get("refusal", "")),
        )  # fmt: skip
    return Trail(
        entry.captured_at, actor_words(entry.actor_name), what_words(entry.verb, refused=entry.outcome == "refused"),
        entry.reason, entry.station, entry.outcome == "refused", str(entry.data.get("refusal", "")),
    )  # fmt: skip
