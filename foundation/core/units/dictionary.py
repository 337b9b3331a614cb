"""Units of the plant: a closed dictionary, exact conversion, and the reading of quantities as people publish them.

Codes are stored beside every quantity. Each unit says its dimension, its symbol for people in English and Chinese, and
its code in UN/ECE Recommendation 20 where there is one. Factors are exact (SI Brochure 9th ed.; NIST SP 811 app. B for
the conventional pressures, the inch and the pound); a quantity is always Decimal, never float.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from foundation.core.canonical import decimal_text
from foundation.core.errors import NotValid

SIGNIFICANT_DIGITS = 28  # of a conversion whose exact result has no finite decimal (1 min in hours)


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit. Value in the dimension's base unit = value × factor + offset."""

    code: str
    dimension: str
    symbol_en: str
    symbol_zh: str
    rec20: str
    factor: Fraction
    offset: Fraction = Fraction(0)
    aliases: tuple[str, ...] = ()

    def symbol(self, language: str = "en") -> str:
        return self.symbol_zh if language.startswith("zh") else self.symbol_en


_PSI = Fraction("4.4482216152605") / Fraction("0.00064516")
# code, dimension, symbol en, symbol zh, Rec 20, factor to the dimension's base, aliases
_ROWS: tuple[tuple[str, str, str, str, str, str | Fraction, str], ...] = (
    ("pcs", "count", "pcs", "个", "H87", "1", "pc piece pieces ea each 个 件 只 pce"),
    ("um", "length", "µm", "µm", "4H", "0.000001", "µm μm micron"),
    ("mm", "length", "mm", "mm", "MMT", "0.001", "毫米"),
    ("cm", "length", "cm", "cm", "CMT", "0.01", "厘米"),
    ("m", "length", "m", "m", "MTR", "1", "米 metre meter"),
    ("in", "length", "in", "in", "INH", "0.0254", '" inch 英寸'),
    ("mm2", "area", "mm²", "mm²", "MMK", "0.000001", "平方毫米"),
    ("cm2", "area", "cm²", "cm²", "CMK", "0.0001", "平方厘米"),
    ("m2", "area", "m²", "m²", "MTK", "1", "平方米"),
    ("mL", "volume", "mL", "mL", "MLT", "0.001", "ml cm3 cc 毫升"),
    ("L", "volume", "L", "L", "LTR", "1", "l litre liter dm3 升"),
    ("m3", "volume", "m³", "m³", "MTQ", "1000", "立方米"),
    ("mg", "mass", "mg", "mg", "MGM", "0.001", "毫克"),
    ("g", "mass", "g", "g", "GRM", "1", "克"),
    ("kg", "mass", "kg", "kg", "KGM", "1000", "公斤 千克"),
    ("lb", "mass", "lb", "磅", "LBR", "453.59237", "lbs"),
    ("s", "time", "s", "秒", "SEC", "1", "sec 秒"),
    ("min", "time", "min", "分钟", "MIN", "60", "分 分钟"),
    ("h", "time", "h", "小时", "HUR", "3600", "hr hour 小时"),
    ("d", "time", "d", "天", "DAY", "86400", "day days 天"),
    ("Pa", "pressure", "Pa", "Pa", "PAL", "1", "帕"),
    ("mbar", "pressure", "mbar", "mbar", "MBR", "100", "hPa"),
    ("kPa", "pressure", "kPa", "kPa", "KPA", "1000", "千帕"),
    ("bar", "pressure", "bar", "bar", "BAR", "100000", ""),
    ("MPa", "pressure", "MPa", "MPa", "MPA", "1000000", "兆帕"),
    ("cmH2O", "pressure", "cmH₂O", "cmH₂O", "H78", "98.0665", ""),
    ("mmHg", "pressure", "mmHg", "mmHg", "HN", "133.322387415", ""),
    ("psi", "pressure", "psi", "psi", "PS", _PSI, ""),
    ("L/min", "flow", "L/min", "L/min", "L2", "1", "lpm l/min slpm"),
    ("mL/min", "flow", "mL/min", "mL/min", "41", "0.001", "ml/min"),
    ("rpm", "rotation", "rpm", "r/min", "RPM", "1", "r/min 转/分"),
    ("Hz", "frequency", "Hz", "Hz", "HTZ", "1", ""),
    ("mm/s", "speed", "mm/s", "mm/s", "C16", "0.001", ""),
    ("m/s", "speed", "m/s", "m/s", "MTS", "1", ""),
    ("N", "force", "N", "N", "NEW", "1", ""),
    ("N.m", "torque", "N·m", "N·m", "NU", "1", "Nm N·m"),
    ("mV", "voltage", "mV", "mV", "2Z", "0.001", ""),
    ("V", "voltage", "V", "V", "VLT", "1", ""),
    ("mA", "current", "mA", "mA", "4K", "0.001", ""),
    ("A", "current", "A", "A", "AMP", "1", ""),
    ("ohm", "resistance", "Ω", "Ω", "OHM", "1", "Ω Ohm"),
    ("W", "power", "W", "W", "WTT", "1", ""),
    ("deg", "angle", "°", "°", "DD", "1", "° degree"),
    ("percent", "ratio", "%", "%", "P1", "0.01", "% pct"),
    ("1", "ratio", "1", "1", "C62", "1", "one"),
    ("lm", "light", "lm", "lm", "LUM", "1", ""),
    ("dBA", "sound", "dB(A)", "dB(A)", "", "1", "dB(A)"),
)

UNITS: dict[str, Unit] = {
    code: Unit(code, dimension, en, zh, rec20, Fraction(factor), aliases=tuple(aliases.split()))
    for code, dimension, en, zh, rec20, factor, aliases in _ROWS
} | {
    "degC": Unit("degC", "temperature", "°C", "°C", "CEL", Fraction(1), Fraction("273.15"), ("°C", "℃", "摄氏度")),
    "K": Unit("K", "temperature", "K", "K", "KEL", Fraction(1)),
}


def _compact(text: str) -> str:
    """One spelling of a written unit: no blanks, superscripts as digits, one micro sign."""
    table = str.maketrans({"²": "2", "³": "3", "μ": "µ", "₂": "2"})
    return "".join(text.split()).replace("^", "").translate(table)


def _spellings(units: Iterable[Unit]) -> dict[str, str]:
    found: dict[str, str] = {}
    for unit in units:
        for text in (unit.code, unit.symbol_en, unit.symbol_zh, *unit.aliases):
            if found.setdefault(_compact(text), unit.code) != unit.code:
                raise ValueError(f"{text!r} would mean two units")
    return found


_BY_SPELLING = _spellings(UNITS.values())
# Letter case tells m from M and mPa from MPa, so it is ignored only where that leaves a single unit.
_BY_LOWER = {
    text.lower(): codes.pop()
    for text in _BY_SPELLING
    if len(codes := {code for other, code in _BY_SPELLING.items() if other.lower() == text.lower()}) == 1
}


def unit(code: str) -> Unit:
    """The unit with this code. NotValid (``unknown-unit``) when the dictionary does not have it."""
    try:
        return UNITS[code]
    except KeyError:
        raise NotValid(_("“%(unit)s” is not a unit of this plant.") % {"unit": code}, code="unknown-unit") from None


def unit_named(text: str) -> Unit:
    """The unit that a person wrote (``cm²``, ``ea``, ``L/min``, ``℃``). NotValid (``unknown-unit``) otherwise."""
    compact = _compact(text)
    code = _BY_SPELLING.get(compact) or _BY_LOWER.get(compact.lower())
    return unit(code or text)


# What a unit measures, in people's words.
_DIMENSIONS = {
    "count": pgettext_lazy("what a unit measures", "count"),
    "length": pgettext_lazy("what a unit measures", "length"),
    "area": pgettext_lazy("what a unit measures", "area"),
    "volume": pgettext_lazy("what a unit measures", "volume"),
    "mass": pgettext_lazy("what a unit measures", "mass"),
    "time": pgettext_lazy("what a unit measures", "time"),
    "pressure": pgettext_lazy("what a unit measures", "pressure"),
    "flow": pgettext_lazy("what a unit measures", "flow"),
    "rotation": pgettext_lazy("what a unit measures", "rotation"),
    "frequency": pgettext_lazy("what a unit measures", "frequency"),
    "speed": pgettext_lazy("what a unit measures", "speed"),
    "force": pgettext_lazy("what a unit measures", "force"),
    "torque": pgettext_lazy("what a unit measures", "torque"),
    "voltage": pgettext_lazy("what a unit measures", "voltage"),
    "current": pgettext_lazy("what a unit measures", "current"),
    "resistance": pgettext_lazy("what a unit measures", "resistance"),
    "power": pgettext_lazy("what a unit measures", "power"),
    "angle": pgettext_lazy("what a unit measures", "angle"),
    "ratio": pgettext_lazy("what a unit measures", "ratio"),
    "light": pgettext_lazy("what a unit measures", "light"),
    "sound": pgettext_lazy("what a unit measures", "sound"),
    "temperature": pgettext_lazy("what a unit measures", "temperature"),
}


def dimension_name(dimension: str) -> str:
    """A dimension in the reader's language."""
    return str(_DIMENSIONS.get(dimension, dimension))


def same_dimension(first: str, second: str) -> bool:
    """Whether a quantity in one unit can be said in the other."""
    return unit(first).dimension == unit(second).dimension


def convert(quantity: Decimal, source: str, target: str) -> Decimal:
    """``quantity`` of ``source`` in ``target``.

    Exact where the result is a finite decimal; otherwise rounded half-even to 28 significant digits. NotValid
    (``unit-mismatch``) between dimensions, (``unknown-unit``) for a code that is not in the dictionary.
    """
    given, wanted = unit(source), unit(target)
    if given.dimension != wanted.dimension:
        raise NotValid(
            _("A quantity in %(given)s cannot be said in %(wanted)s.")
            % {"given": given.symbol_en, "wanted": wanted.symbol_en},
            code="unit-mismatch",
        )
    if not quantity.is_finite():
        raise NotValid(_("This is not a number."), code="not-a-number")
    base = Fraction(quantity) * given.factor + given.offset
    return _as_decimal((base - wanted.offset) / wanted.factor)


def _as_decimal(value: Fraction) -> Decimal:
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest == 1:
        places = max(twos, fives)
        scaled = value.numerator * 10**places // value.denominator
        return Decimal(f"{scaled}E-{places}")
    rounding = Context(prec=SIGNIFICANT_DIGITS, rounding=ROUND_HALF_EVEN)
    return rounding.divide(Decimal(value.numerator), Decimal(value.denominator))


def quantity_text(quantity: Decimal, code: str, language: str = "en") -> str:
    """A quantity for people: ``5.5 mm``, ``3 个``. The number is not rounded and not grouped."""
    return f"{decimal_text(quantity)} {unit(code).symbol(language)}"
