"""GS1 element strings: check digits, building, reading, and what a scanned code means.

Sources: GS1 General Specifications 24, sections 3 (Application Identifiers), 4.14 (data relationships), 7.8
(processing), 7.9 (check digits), 7.11 (character set 82) and 7.12 (dates). Which identifier has which shape comes from
``biip``; it does not refuse wrong check digits, run-ons or excluded pairs, so this module does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from biip import ParseError
from biip.gs1_application_identifiers import GS1ApplicationIdentifier
from biip.gs1_element_strings import GS1ElementString
from django.utils.translation import gettext as _

from foundation.core.errors import NotValid

GS = "\x1d"
SYMBOLOGIES = ("]d2", "]C1", "]Q3")  # GS1 DataMatrix, GS1-128, GS1 QR Code
PLAIN_SYMBOLOGIES = ("]E0", "]E4", "]I1", "]A0", "]C0", "]d1", "]Q1")  # EAN, ITF-14, and codes that are not GS1

# The pairs that may not stand together (4.14.1), as far as they concern identification, dates and counts.
EXCLUDED_PAIRS = (
    ("01", "02"), ("01", "03"), ("01", "37"), ("01", "255"), ("01", "8006"), ("02", "03"), ("02", "8026"), ("03", "37"),
    ("03", "235"), ("03", "8006"), ("03", "8026"), ("21", "235"), ("37", "8006"), ("8006", "8026"), ("420", "421"),
)  # fmt: skip
# What an element needs beside it (4.14.2): one of these sets.
_ITEM = (("01",), ("02",), ("03",), ("8006",), ("8026",))
REQUIRED = {
    "02": (("37",),),
    "10": _ITEM, "11": _ITEM, "13": _ITEM, "15": _ITEM, "16": _ITEM, "20": _ITEM, "240": _ITEM, "241": _ITEM,
    "17": (*_ITEM, ("255",)),
    "21": (("01",), ("03",), ("8006",)),
    "30": (("01",), ("02",)),
    "37": (("00", "02"), ("00", "8026")),
}  # fmt: skip
_KEYS = ("00", "01", "02", "03", "8006", "8026")
_CHECKED = ("00", "01", "02", "03", "410", "411", "412", "413", "414", "415", "416", "417")
# Company-internal identifiers (91–99) of this plant's own labels: the floor scans only these.
OWN_CODES = {"91": "container", "92": "traveller", "93": "badge", "94": "equipment", "95": "station"}
_OWN_AI = {kind: ai for ai, kind in OWN_CODES.items()}
_OWN_NUMBER = re.compile(r"[A-Za-z]+-[A-Za-z0-9][A-Za-z0-9./-]*")  # ``C-000123``: tells a label from a typed number
_BRACKETED = re.compile(r"\(([0-9]{2,4})\)")


@dataclass(frozen=True, slots=True)
class Element:
    """One Application Identifier with its value; ``date`` is set for the identifiers that are dates."""

    ai: str
    value: str
    title: str
    date: date | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """The elements of one symbol, in the order in which they stand."""

    elements: tuple[Element, ...]

    def get(self, ai: str) -> str:
        """The value of this identifier, "" when it is not there."""
        return next((element.value for element in self.elements if element.ai == ai), "")

    def date_of(self, ai: str) -> date | None:
        return next((element.date for element in self.elements if element.ai == ai), None)

    @property
    def bracketed(self) -> str:
        """For people: ``(01)…(17)…(10)…``."""
        return "".join(f"({element.ai}){element.value}" for element in self.elements)

    @property
    def raw(self) -> str:
        """For a symbol, without its FNC1 at the start: GS only after an element that needs one and is not the last."""
        last = len(self.elements) - 1
        return "".join(
            f"{element.ai}{element.value}{GS if position < last and _needs_separator(element.ai) else ''}"
            for position, element in enumerate(self.elements)
        )


def check_digit(payload: str) -> str:
    """Modulo 10, weights 3 and 1 from the right, of the digits before the check digit (7.9.1)."""
    if not re.fullmatch(r"[0-9]+", payload):
        raise NotValid(_("A check digit is of digits only."), code="not-digits")
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(payload)))
    return str(-total % 10)


def has_valid_check_digit(digits: str) -> bool:
    return len(digits) > 1 and digits.isascii() and digits.isdigit() and check_digit(digits[:-1]) == digits[-1]


def date_element(day: date) -> str:
    """``YYMMDD``. DD = 00 is only read, never written: it would hide which day is meant."""
    return day.strftime("%y%m%d")


def build(elements: Iterable[tuple[str, str]]) -> Message:
    """A message of these (identifier, value) pairs, in the order that needs the fewest separators.

    The key of the item comes first, then elements of fixed length. NotValid: unknown identifier, a value of the wrong
    shape, a wrong check digit, twice the same identifier, a pair that excludes each other, a missing companion.
    """
    built = [_element(ai, value) for ai, value in elements]
    ordered = sorted(built, key=lambda element: (_needs_separator(element.ai), element.ai not in _KEYS))
    return _related(tuple(ordered))


def parse(text: str, *, separator: str = "") -> Message:
    """Read a scanned or typed message.

    Takes ``]d2``, ``]C1`` and ``]Q3`` prefixes, bracketed text, and raw text with GS. ``separator`` is the character
    that the plant's scanners type in place of GS ("" when they send GS itself). NotValid as in `build`, and for
    run-ons: an element of variable length that is not closed before the next one begins.
    """
    content = _without_prefix(text.strip(" \t\r\n"))
    if separator:
        if len(separator) != 1 or re.match(_CHARACTERS, separator):
            raise ValueError("The separator's substitute is one character outside the GS1 character set 82")
        content = content.replace(separator, GS)
    if content.startswith("("):
        return _related(tuple(_bracketed(content)))
    return _related(tuple(_raw(content)))


_CHARACTERS = r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]"  # character set 82


def _without_prefix(text: str) -> str:
    if text[:3] in SYMBOLOGIES:
        return text[3:].removeprefix(GS)
    if text.startswith("]"):
        raise NotValid(_("This symbol does not carry GS1 data."), code="not-gs1")
    return text.removeprefix(GS)


def _bracketed(content: str) -> Iterable[Element]:
    """Brackets may also stand inside a value: only a known identifier in brackets begins an element."""
    starts = [match for match in _BRACKETED.finditer(content) if _known(match[1])]
    if not starts or starts[0].start() != 0:
        raise _unknown(content)
    ends = [match.start() for match in starts[1:]] + [len(content)]
    for match, end in zip(starts, ends, strict=True):
        yield _element(match[1], content[match.end() : end].removesuffix(GS))


def _raw(content: str) -> Iterable[Element]:
    rest = content
    while rest:
        identifier = _identifier(rest)
        body = rest[len(identifier.ai) :]
        if identifier.separator_required:
            value, _separator, rest = body.partition(GS)
        else:
            value, rest = _fixed(identifier, body)
        yield _element(identifier.ai, value)


def _fixed(identifier: GS1ApplicationIdentifier, body: str) -> tuple[str, str]:
    length = sum(int(digits) for digits in re.findall(r"N(\d+)", identifier.format)) - len(identifier.ai)
    value, rest = body[:length], body[length:]
    if GS in value:
        raise NotValid(
            _("(%(ai)s) is cut off: %(length)d characters belong to it.") % {"ai": identifier.ai, "length": length},
            code="wrong-shape",
        )
    return value, rest.removeprefix(GS)


def _element(ai: str, value: str) -> Element:
    identifier = _known(ai)
    if identifier is None:
        raise _unknown(ai)
    try:
        read = GS1ElementString.parse(f"{ai}{value}")
    except ParseError:
        raise _wrong_shape(identifier, value) from None
    if read.value != value or not value:
        raise _wrong_shape(identifier, value)
    if ai in _CHECKED and not has_valid_check_digit(value):
        raise NotValid(
            _("The check digit of (%(ai)s)%(value)s is wrong: %(right)s would be right.")
            % {"ai": ai, "value": value, "right": check_digit(value[:-1])},
            code="check-digit",
        )
    return Element(ai, value, identifier.data_title, read.date)


def _related(elements: tuple[Element, ...]) -> Message:
    identifiers = [element.ai for element in elements]
    if not identifiers:
        raise NotValid(_("This code is empty."), code="empty")
    for ai in identifiers:
        if identifiers.count(ai) > 1:
            raise NotValid(_("(%(ai)s) stands twice.") % {"ai": ai}, code="repeated")
    present = set(identifiers)
    for first, second in EXCLUDED_PAIRS:
        if {first, second} <= present:
            raise NotValid(
                _("(%(first)s) and (%(second)s) exclude each other.") % {"first": first, "second": second},
                code="excluded-pair",
            )
    for ai in identifiers:
        needed = REQUIRED.get(ai, ())
        if needed and not any(present.issuperset(companions) for companions in needed):
            raise NotValid(
                _("(%(ai)s) stands without the identifier it belongs to.") % {"ai": ai}, code="missing-companion"
            )
    return Message(elements)


def _identifier(text: str) -> GS1ApplicationIdentifier:
    try:
        return GS1ApplicationIdentifier.extract(text)
    except ParseError:
        raise _unknown(text) from None


def _known(ai: str) -> GS1ApplicationIdentifier | None:
    try:
        found = GS1ApplicationIdentifier.extract(ai)
    except ParseError:
        return None
    return found if found.ai == ai else None


def _needs_separator(ai: str) -> bool:
    return _identifier(ai).separator_required


def _unknown(text: str) -> NotValid:
    return NotValid(
        _("“%(text)s” does not begin with a GS1 Application Identifier.") % {"text": text.replace(GS, "␝")[:40]},
        code="unknown-identifier",
    )


def _wrong_shape(identifier: GS1ApplicationIdentifier, value: str) -> NotValid:
    shape = identifier.format.split("+", 1)[-1]
    return NotValid(
        _("“%(value)s” is not a value of (%(ai)s) %(title)s, which is %(shape)s. Is a separator missing?")
        % {"value": value.replace(GS, "␝"), "ai": identifier.ai, "title": identifier.data_title, "shape": shape},
        code="wrong-shape",
    )


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """What a code means, found from its content.

    ``kind``: container, traveller, badge, equipment, station (our own labels), udi (a GTIN with production
    identifiers), gtin, sscc, gs1 (other GS1 data) or text. ``value`` is the number to look up; ``fields`` are the
    elements by identifier.
    """

    kind: str
    value: str
    fields: dict[str, str]
    message: Message | None = None


def own_code(kind: str, number: str) -> Message:
    """The content of one of our own labels: ``own_code("container", "C-000123")`` → ``(91)C-000123``.

    The number is letters, a hyphen and more, so that it is known again when a scanner sends no symbology prefix.
    """
    if not _OWN_NUMBER.fullmatch(number):
        raise NotValid(_("“%(number)s” is not a number of one of our labels.") % {"number": number}, code="wrong-shape")
    return build([(_OWN_AI[kind], number)])


def what_is(code: str, *, separator: str = "") -> ScannedCode:
    """What was scanned or typed. NotValid when it is meant as GS1 data and is wrong; any other text is ``text``."""
    text = code.strip(" \t\r\n")
    if not text:
        raise NotValid(_("This code is empty."), code="empty")
    if text[:3] in PLAIN_SYMBOLOGIES:
        text = text[3:]
    if text.isascii() and text.isdigit() and len(text) in (8, 12, 13, 14) and has_valid_check_digit(text):
        return ScannedCode("gtin", text.zfill(14), {"01": text.zfill(14)})
    if not _looks_like_gs1(text, separator):
        return ScannedCode("text", text, {})
    return _meaning(parse(text, separator=separator))


def _looks_like_gs1(text: str, separator: str) -> bool:
    """Marked as GS1 (prefix, brackets, separator), one of our own labels, or a GTIN at the start of raw text."""
    if text.startswith(("]", GS)) or GS in text or (separator and separator in text):
        return True
    bracket = _BRACKETED.match(text)
    if bracket:
        return _known(bracket[1]) is not None
    own_label = text[:2] in OWN_CODES and _OWN_NUMBER.fullmatch(text[2:]) is not None
    return own_label or re.match(r"01[0-9]{14}|00[0-9]{18}$", text) is not None


def _meaning(message: Message) -> ScannedCode:
    fields = {element.ai: element.value for element in message.elements}
    for ai, kind in OWN_CODES.items():
        if ai in fields and len(fields) == 1:
            return ScannedCode(kind, fields[ai], fields, message)
    if "01" in fields:
        return ScannedCode("udi" if len(fields) > 1 else "gtin", fields["01"], fields, message)
    if "00" in fields:
        return ScannedCode("sscc", fields["00"], fields, message)
    return ScannedCode("gs1", message.bracketed, fields, message)
