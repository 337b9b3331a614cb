"""GS1 element strings. Sources of the values: the FDA's UDI sample (design, numbers.md) and the GS1 General
Specifications (7.9.1: check digit of 629104150021 is 3 and of SSCC 37610425002123456 is 9; figure 3.2-1 for shapes)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.core.errors import NotValid
from foundation.core.gs1 import (
    EXCLUDED_PAIRS,
    GS,
    OWN_CODES,
    build,
    check_digit,
    date_element,
    has_valid_check_digit,
    own_code,
    parse,
    what_is,
)

FDA = "(01)51022222233336(11)141231(17)150707(10)A213B1(21)1234"
FDA_RAW = f"0151022222233336111412311715070710A213B1{GS}211234"
CHARACTERS = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("payload", "digit"), [("629104150021", "3"), ("37610425002123456", "9"), ("5102222223333", "6"), ("0", "0")]
)
def test_check_digits(payload, digit):
    assert check_digit(payload) == digit
    assert has_valid_check_digit(payload + digit)


@pytest.mark.requirement("BEY-10")
@pytest.mark.parametrize(
    "text",
    [FDA, FDA_RAW, "]d2" + FDA_RAW, "]C1" + FDA_RAW, "]Q3" + FDA_RAW, GS + FDA_RAW, FDA_RAW + "\r\n", FDA_RAW + GS],
)
def test_the_fda_sample_is_read_in_every_form(text):
    message = parse(text)
    assert [(element.ai, element.value) for element in message.elements] == [
        ("01", "51022222233336"),
        ("11", "141231"),
        ("17", "150707"),
        ("10", "A213B1"),
        ("21", "1234"),
    ]
    assert (message.date_of("11"), message.date_of("17")) == (date(2014, 12, 31), date(2015, 7, 7))
    assert (message.bracketed, message.raw) == (FDA, FDA_RAW)


def test_a_substitute_for_the_separator_is_read():
    assert parse(FDA_RAW.replace(GS, "|"), separator="|").raw == FDA_RAW
    with pytest.raises(ValueError):
        parse(FDA_RAW, separator="A")


def test_building_puts_fixed_lengths_first_and_separates_only_where_needed():
    message = build([("10", "A213B1"), ("21", "1234"), ("17", "150707"), ("01", "51022222233336")])
    assert message.raw == f"01510222222333361715070710A213B1{GS}211234"


def test_day_zero_is_the_last_day_of_the_month():
    assert parse("(01)51022222233336(17)240200").date_of("17") == date(2024, 2, 29)
    assert date_element(date(2026, 3, 1)) == "260301"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(01)51022222233337", "check-digit"),
        ("0151022222233337", "check-digit"),
        ("(00)376104250021234568", "check-digit"),
        ("(01)5102222223333", "wrong-shape"),
        (f"01510222222{GS}333361", "wrong-shape"),
        (f"015102222223333617{GS}150707", "wrong-shape"),
        ("(01)51022222233336(17)151332", "wrong-shape"),
        ("(01)51022222233336(17)150230", "wrong-shape"),
        ("(01)51022222233336(10)ABC DEF", "wrong-shape"),
        ("(01)51022222233336(10)", "wrong-shape"),
        ("015102222223333610ABCDEFGHIJKLMNOPQRST17150707", "wrong-shape"),  # a run-on: the lot was not closed
        ("(01)51022222233336(10)ABCDEFGHIJKLMNOPQRSTU", "wrong-shape"),
        ("(01)51022222233336(01)51022222233336", "repeated"),
        ("(01)51022222233336(02)51022222233336(37)5", "excluded-pair"),
        ("(01)51022222233336(37)5", "excluded-pair"),
        ("(01)51022222233336(21)1(235)X", "excluded-pair"),
        ("(10)A213B1", "missing-companion"),
        ("(17)150707", "missing-companion"),
        ("(05)123", "unknown-identifier"),
        ("(01)", "wrong-shape"),
        ("hello", "unknown-identifier"),
        ("]d1" + FDA_RAW, "not-gs1"),
        ("", "empty"),
    ],
)
def test_what_is_wrong_is_refused(text, code):
    with pytest.raises(NotValid) as refusal:
        parse(text)
    assert refusal.value.code == code


def test_brackets_may_stand_inside_a_value():
    assert parse("(01)51022222233336(10)A(2)B(05)C").get("10") == "A(2)B(05)C"


@given(
    st.text("0123456789", min_size=13, max_size=13),
    st.text(CHARACTERS, min_size=1, max_size=20),
    st.text(CHARACTERS, min_size=1, max_size=20),
    st.dates(date(2000, 1, 1), date(2049, 12, 31)),
)
def test_what_is_built_is_read_back(item, lot, serial, day):
    message = build([("21", serial), ("10", lot), ("01", item + check_digit(item)), ("17", date_element(day))])
    assert parse("]d2" + message.raw) == message
    assert parse(message.raw.replace(GS, "|"), separator="|") == message
    assert (message.get("10"), message.get("21"), message.date_of("17")) == (lot, serial, day)


@given(st.text("0123456789", min_size=13, max_size=13), st.integers(0, 13), st.integers(1, 9))
def test_a_single_wrong_digit_is_always_noticed(item, place, shift):
    right = item + check_digit(item)
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    assert not has_valid_check_digit(wrong)


@given(st.text(max_size=40))
def test_any_text_has_a_meaning_or_a_reason(text):
    try:
        scanned = what_is(text)
    except NotValid:
        return
    assert scanned.value


@pytest.mark.parametrize(
    ("code", "kind", "value"),
    [
        (FDA, "udi", "51022222233336"),
        (FDA_RAW, "udi", "51022222233336"),
        ("]E06291041500213", "gtin", "06291041500213"),
        ("6291041500213", "gtin", "06291041500213"),
        ("(01)51022222233336", "gtin", "51022222233336"),
        ("00376104250021234569", "sscc", "376104250021234569"),
        ("]d291C-000123", "container", "C-000123"),
        ("91C-000123", "container", "C-000123"),
        ("(92)TC-000004", "traveller", "TC-000004"),
        ("93B-7K2M9Q", "badge", "B-7K2M9Q"),
        ("94GA-0007", "equipment", "GA-0007"),
        ("95ST-BENCH-1", "station", "ST-BENCH-1"),
        ("WO-000001", "text", "WO-000001"),
        ("9123", "text", "9123"),
        ("6291041500214", "text", "6291041500214"),
        ("钢板", "text", "钢板"),
    ],
)
def test_what_a_code_means_is_found_from_its_content(code, kind, value):
    scanned = what_is(code)
    assert (scanned.kind, scanned.value) == (kind, value)


@pytest.mark.parametrize("code", ["(01)51022222233337", "0151022222233337", "]d2nonsense", "   "])
def test_a_code_meant_as_gs1_is_not_taken_as_text_when_it_is_wrong(code):
    with pytest.raises(NotValid):
        what_is(code)


@pytest.mark.parametrize("kind", sorted(OWN_CODES.values()))
def test_our_own_labels_are_known_again(kind):
    scanned = what_is(own_code(kind, "AB-12/3").raw)
    assert (scanned.kind, scanned.value) == (kind, "AB-12/3")


def test_our_own_labels_are_not_free_text():
    with pytest.raises(NotValid):
        own_code("container", "123")


def test_excluded_pairs_are_written_once():
    assert len({frozenset(pair) for pair in EXCLUDED_PAIRS}) == len(EXCLUDED_PAIRS)
