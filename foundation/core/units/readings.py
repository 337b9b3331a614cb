"""Reading quantities and prices as people publish them: ``~5 cm``, ``(~200cm²)``, ``20.18 / m``, ``(?)150.00``.

Nothing is guessed silently: what the text says beyond its number comes back as notes, to be accepted or corrected.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.core.errors import NotValid
from foundation.core.units.dictionary import unit_named

ABSURD = Decimal("1000000000")  # no line of a parts list asks for a thousand million of anything


class Note(models.TextChoices):
    """What a published text says beyond its number."""

    MISSING = "missing", gettext_lazy("Nothing is given")
    APPROXIMATE = "approximate", gettext_lazy("Marked as approximate (~)")
    BRACKETED = "bracketed", gettext_lazy("In brackets: optional, an alternate, or stock that other lines are cut from")
    UNCERTAIN = "uncertain", gettext_lazy("Marked as uncertain (?)")
    TOOL = "tool", gettext_lazy("A tool, not a component")
    DECIMAL_COMMA = "decimal-comma", gettext_lazy("The comma was read as a decimal point")
    GROUPED = "grouped", gettext_lazy("The comma was read as a thousands separator")


@dataclass(frozen=True, slots=True)
class Reading:
    """A quantity as read: ``quantity`` is None when none is given; ``unit`` is a code, or None when none is written."""

    quantity: Decimal | None
    unit: str | None
    notes: tuple[Note, ...]
    text: str

    def says(self, note: Note) -> bool:
        return note in self.notes

    @property
    def plain(self) -> bool:
        """Nothing here needs a person."""
        return not self.notes


@dataclass(frozen=True, slots=True)
class PriceReading:
    """A price as read: ``amount`` per ``per_unit`` (None: not said); ``currency`` is "" when it is not said."""

    amount: Decimal | None
    per_unit: str | None
    currency: str
    notes: tuple[Note, ...]
    text: str

    def says(self, note: Note) -> bool:
        return note in self.notes

    @property
    def plain(self) -> bool:
        return not self.notes


_NUMBER = re.compile(
    r"(?P<number>[+-]?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d{1,2}(?![\w/]))?|[+-]?\.\d+)\s*(?P<rest>.*)", re.DOTALL
)
_CURRENCIES = {"$": "USD", "US$": "USD", "USD": "USD", "€": "EUR", "EUR": "EUR", "¥": "CNY", "￥": "CNY", "CNY": "CNY",
               "RMB": "CNY", "£": "GBP", "GBP": "GBP"}  # fmt: skip
_CURRENCY = re.compile("|".join(re.escape(text) for text in sorted(_CURRENCIES, key=len, reverse=True)), re.IGNORECASE)
_NOTHING = {"", "-", "–", "—", "n/a", "na", "none", "无"}
_UNKNOWN = {"?", "(?)", "tbd", "待定"}


def parse_quantity(text: str) -> Reading:
    """Read a published quantity. NotValid: ``not-a-quantity``, ``unknown-unit``, ``negative`` or ``absurd``."""
    cleaned, notes = _clean(text)
    if notes and cleaned == "":
        return Reading(None, None, notes, text)
    number, rest, more = _number(cleaned, text)
    code = unit_named(rest).code if rest else None
    return Reading(number, code, _ordered((*notes, *more)), text)


def parse_price(text: str) -> PriceReading:
    """Read a published price (``20.18 / m``, ``(?)150.00``, ``*tool*``). NotValid as `parse_quantity`."""
    if text.strip().strip("*()").strip().lower() in {"tool", "工具"}:
        return PriceReading(None, None, "", (Note.TOOL,), text)
    currency = _CURRENCY.search(text)
    without = text[: currency.start()] + text[currency.end() :] if currency else text
    cleaned, notes = _clean(without)
    code = _CURRENCIES[currency.group().upper()] if currency else ""
    if notes and cleaned == "":
        return PriceReading(None, None, code, notes, text)
    number, rest, more = _number(cleaned, text)
    if rest and rest[0] not in "/每":
        raise _not_a_quantity(text)
    per = rest.lstrip("/每").removeprefix("per").strip()
    if rest and not per:
        raise _not_a_quantity(text)
    return PriceReading(number, unit_named(per).code if per else None, code, _ordered((*notes, *more)), text)


def _clean(text: str) -> tuple[str, tuple[Note, ...]]:
    """The text without its marks, and what the marks say. An empty rest means that no number is given."""
    if not isinstance(text, str):
        raise TypeError("A published quantity is text; a number from a spreadsheet is handed over as its text")
    rest = _halfwidth(text).strip()
    if rest.lower() in _NOTHING:
        return "", (Note.MISSING,)
    if rest.lower() in _UNKNOWN:
        return "", (Note.MISSING, Note.UNCERTAIN)
    notes: list[Note] = []
    if "?" in rest:
        notes.append(Note.UNCERTAIN)
        rest = rest.replace("(?)", "").replace("?", "").strip()
    if rest.startswith("(") and rest.endswith(")"):
        notes.append(Note.BRACKETED)
        rest = rest[1:-1].strip()
    marked = re.match(r"(?:~|≈|约|approx\.?|ca\.?)\s*", rest, re.IGNORECASE)
    if marked:
        notes.append(Note.APPROXIMATE)
        rest = rest[marked.end() :]
    if not rest:
        raise _not_a_quantity(text)
    return rest, tuple(notes)


def _halfwidth(text: str) -> str:
    """Full-width digits and signs of a Chinese input method as their plain forms; superscripts stay what they are."""
    return "".join(unicodedata.normalize("NFKC", sign) if "！" <= sign <= "～" else sign for sign in text)


def _number(cleaned: str, text: str) -> tuple[Decimal, str, tuple[Note, ...]]:
    match = _NUMBER.fullmatch(cleaned)
    if match is None:
        raise _not_a_quantity(text)
    written = match["number"]
    note: tuple[Note, ...] = ()
    if "," in written:
        written, note = _without_commas(written, text)
    number = Decimal(written)
    if number.is_signed() and number:
        raise NotValid(_("“%(text)s” is negative.") % {"text": text}, code="negative")
    if number > ABSURD:
        raise NotValid(_("“%(text)s” is more than can be meant.") % {"text": text}, code="absurd")
    return number, match["rest"].strip(), note


def _without_commas(written: str, text: str) -> tuple[str, tuple[Note, ...]]:
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", written) and not written.startswith("0,"):
        return written.replace(",", ""), (Note.GROUPED,)
    if re.fullmatch(r"\d+,\d+", written):
        return written.replace(",", "."), (Note.DECIMAL_COMMA,)
    raise _not_a_quantity(text)


def _ordered(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    return tuple(note for note in Note if note in notes)


def _not_a_quantity(text: str) -> NotValid:
    return NotValid(_("“%(text)s” cannot be read as a number with a unit.") % {"text": text}, code="not-a-quantity")
