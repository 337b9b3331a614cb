"""Numbers, days and units as people type and read them. Pages, messages and refusals say them alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from unicodedata import normalize

from django.utils.formats import number_format
from django.utils.translation import get_language

from foundation.core.units import UNITS


def typed_number(text: str) -> str:
    """A typed number with the decimal point: comma, full width from a Chinese keyboard, the minus of print; digits as typed.

    Whether it is a number, the caller finds out.
    """
    plain = "".join(normalize("NFKC", text).split()).replace("−", "-")
    return plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain


def spoken(value: Any) -> str:
    """A number as people write it here: the digits as recorded, trailing zeros kept."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not number.is_finite():
        return str(value)
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return str(number_format(number, decimal_pos=places, use_l10n=True, force_grouping=True))


def spoken_day(day: date) -> str:
    """A calendar day in words that cannot be read two ways."""
    chinese = (get_language() or "").startswith("zh")
    return f"{day.year}年{day.month}月{day.day}日" if chinese else f"{day.day} {day:%b %Y}"


def unit_words(code: str) -> str:
    """A unit's symbol as people write it: ``cm2`` → cm², ``pcs`` → 个."""
    found = UNITS.get(code)
    return found.symbol(get_language() or "en") if found else code
