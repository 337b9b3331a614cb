"""Units: exact conversion and the reading of published quantities."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.core.errors import NotValid
from foundation.core.units import UNITS, Note, convert, parse_price, parse_quantity, quantity_text, unit, unit_named

A, B, U = Note.APPROXIMATE, Note.BRACKETED, Note.UNCERTAIN


@pytest.mark.parametrize(
    ("text", "quantity", "code", "notes"),
    [
        # every form in the ventilator's published parts list
        ("1", "1", None, ()),
        ("24", "24", None, ()),
        ("~1m", "1", "m", (A,)),
        ("~1 m", "1", "m", (A,)),
        ("15cm", "15", "cm", ()),
        ("~5 cm", "5", "cm", (A,)),
        ("~2.5 m", "2.5", "m", (A,)),
        ("(1)", "1", None, (B,)),
        ("(~200cm²)", "200", "cm2", (A, B)),
        ("(~100 cm²)", "100", "cm2", (A, B)),
        # and their neighbours
        ("（~200cm²）", "200", "cm2", (A, B)),
        ("３ 个", "3", "pcs", ()),
        ("约 2 m", "2", "m", (A,)),
        ("0.5L/min", "0.5", "L/min", ()),
        ("1,5 m", "1.5", "m", (Note.DECIMAL_COMMA,)),
        ("1,200 pcs", "1200", "pcs", (Note.GROUPED,)),
        ("2?", "2", None, (U,)),
        ("1E-3 kg", "0.001", "kg", ()),
    ],
)
def test_published_quantities(text, quantity, code, notes):
    reading = parse_quantity(text)
    assert (reading.quantity, reading.unit, reading.notes, reading.text) == (Decimal(quantity), code, notes, text)


@pytest.mark.parametrize(("text", "notes"), [("", (Note.MISSING,)), ("  ", (Note.MISSING,)), ("-", (Note.MISSING,)),
                                             ("?", (Note.MISSING, U)), ("TBD", (Note.MISSING, U))])  # fmt: skip
def test_a_quantity_that_is_not_given_is_said_to_be_missing(text, notes):
    assert parse_quantity(text).quantity is None
    assert parse_quantity(text).notes == notes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("abc", "not-a-quantity"),
        ("()", "not-a-quantity"),
        ("~", "not-a-quantity"),
        ("1 2", "unknown-unit"),
        ("1 furlong", "unknown-unit"),
        ("-3", "negative"),
        ("-0.5 m", "negative"),
        ("99999999999", "absurd"),
        ("1,23,4", "not-a-quantity"),
        ("=1+1", "not-a-quantity"),
        ("NaN", "not-a-quantity"),
        ("Infinity", "not-a-quantity"),
    ],
)
def test_what_cannot_be_a_quantity_is_refused(text, code):
    with pytest.raises(NotValid) as refusal:
        parse_quantity(text)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("text", "amount", "per", "currency", "notes"),
    [
        ("0.10", "0.10", None, "", ()),
        ("20.18 / m", "20.18", "m", "", ()),
        ("150 / m²", "150", "m2", "", ()),
        ("(150 / m²)", "150", "m2", "", (B,)),
        ("(?)150.00", "150.00", None, "", (U,)),
        ("8.61(?)", "8.61", None, "", (U,)),
        ("~1650.00", "1650.00", None, "", (A,)),
        ("(0.0)", "0.0", None, "", (B,)),
        ("$ 1,650.00", "1650.00", None, "USD", (Note.GROUPED,)),
        ("¥12.5/kg", "12.5", "kg", "CNY", ()),
    ],
)
def test_published_prices(text, amount, per, currency, notes):
    price = parse_price(text)
    assert (price.amount, price.per_unit, price.currency, price.notes) == (Decimal(amount), per, currency, notes)


def test_a_tool_has_no_price():
    price = parse_price("*tool*")
    assert (price.amount, price.notes) == (None, (Note.TOOL,))


@pytest.mark.parametrize("text", ["20.18 m", "20 /", "free", "1 / furlong"])
def test_what_cannot_be_a_price_is_refused(text):
    with pytest.raises(NotValid):
        parse_price(text)


@pytest.mark.parametrize(
    ("quantity", "source", "target", "result"),
    [
        ("15", "cm", "m", "0.15"),
        ("200", "cm2", "m2", "0.02"),
        ("1", "in", "mm", "25.4"),
        ("1", "cmH2O", "Pa", "98.0665"),
        ("1", "mmHg", "Pa", "133.322387415"),
        ("2.5", "h", "min", "150"),
        ("37", "degC", "K", "310.15"),
        ("0", "K", "degC", "-273.15"),
        ("1", "lb", "kg", "0.45359237"),
        ("1", "m3", "mL", "1000000"),
    ],
)
def test_conversions_are_exact(quantity, source, target, result):
    """Factors: SI Brochure, 9th ed.; NIST SP 811 (2008), appendix B."""
    assert convert(Decimal(quantity), source, target) == Decimal(result)


def test_a_conversion_without_a_finite_decimal_is_rounded_to_28_digits():
    assert convert(Decimal(1), "min", "h") == Decimal("0.01666666666666666666666666667")
    assert str(convert(Decimal(1), "kPa", "cmH2O"))[:12] == "10.197162129"


def test_dimensions_are_not_mixed():
    with pytest.raises(NotValid) as refusal:
        convert(Decimal(1), "m", "m2")
    assert refusal.value.code == "unit-mismatch"


@given(st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)), st.decimals(-(10**6), 10**6, places=6))
def test_there_and_back_is_where_it_was(source, target, quantity):
    if unit(source).dimension != unit(target).dimension:
        return
    back = convert(convert(quantity, source, target), target, source)
    assert abs(back - quantity) <= Decimal("1e-15") * max(1, abs(quantity))


@given(
    st.sampled_from(["um", "mm", "cm", "m"]), st.sampled_from(["um", "mm", "cm", "m"]), st.decimals(0, 10**9, places=9)
)
def test_metric_lengths_convert_without_any_rounding(source, target, quantity):
    assert convert(convert(quantity, source, target), target, source) == quantity


@given(st.sampled_from(sorted(UNITS)))
def test_a_unit_is_understood_by_code_symbol_and_alias(code):
    found = unit(code)
    assert all(unit_named(text).code == code for text in (code, found.symbol_en, found.symbol_zh, *found.aliases))


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused_and_never_crashes(text):
    for parse in (parse_quantity, parse_price):
        try:
            reading = parse(text)
        except NotValid:
            continue
        assert reading.text == text


@given(
    st.decimals(0, 10**6, places=3, allow_nan=False),
    st.sampled_from(["", "m", "cm²", " mm"]),
    st.booleans(),
    st.booleans(),
)
def test_marks_never_change_the_number(number, written_unit, approximate, bracketed):
    text = f"{'~' if approximate else ''}{number}{written_unit}"
    reading = parse_quantity(f"({text})" if bracketed else text)
    assert reading.quantity == number
    assert (reading.says(A), reading.says(B)) == (approximate, bracketed)


def test_rec20_codes_are_not_given_twice():
    codes = [found.rec20 for found in UNITS.values() if found.rec20]
    assert len(codes) == len(set(codes))


def test_quantities_for_people():
    assert quantity_text(Decimal("5.50"), "mm") == "5.5 mm"
    assert quantity_text(Decimal(3), "pcs", "zh-hans") == "3 个"
    assert quantity_text(Decimal(3), "min", "zh-hans") == "3 分钟"
