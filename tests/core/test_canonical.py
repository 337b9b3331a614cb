"""Canonical JSON: equal contents give equal bytes, different ones never the same."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.core.canonical import canonical_json, content_hash, decimal_text

decimals = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | decimals,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def test_an_example_byte_for_byte() -> None:
    content = {
        "schema": "x/1",
        "limit": Decimal("5.450"),
        "name": {"zh-hans": "文丘里管", "en": "Venturi"},
        "at": datetime(2026, 3, 1, 8, 0, 0, 1, tzinfo=timezone(timedelta(hours=8))),
        "day": date(2026, 3, 1),
        "key": UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        "raw": b"\x01\xff",
        "codes": {"b", "a"},
        "none": None,
        "yes": True,
    }
    assert canonical_json(content).decode() == (
        '{"at":"2026-03-01T00:00:00.000001Z","codes":["a","b"],"day":"2026-03-01",'
        '"key":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11","limit":"5.45","name":{"en":"Venturi","zh-hans":"文丘里管"},'
        '"none":null,"raw":"01ff","schema":"x/1","yes":true}'
    )


def test_the_hash_is_sha_256_of_the_bytes() -> None:
    assert content_hash({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@given(plain)
def test_reading_it_back_and_writing_it_again_gives_the_same_bytes(content: object) -> None:
    """So content kept as JSON in the database hashes as it did when it was signed."""
    once = canonical_json(content)
    assert canonical_json(json.loads(once)) == once


@given(st.dictionaries(st.text(max_size=5), plain, max_size=6), st.data())
def test_the_order_of_keys_does_not_matter(content: dict[str, object], data: st.DataObject) -> None:
    shuffled = dict(data.draw(st.permutations(list(content.items()))))
    assert canonical_json(shuffled) == canonical_json(content)


@given(decimals, st.integers(0, 8))
def test_a_decimal_is_written_one_way_whatever_its_zeros(value: Decimal, zeros: int) -> None:
    padded = Decimal(f"{value:f}{'' if '.' in f'{value:f}' else '.'}{'0' * zeros}")
    assert decimal_text(padded) == decimal_text(value)
    assert Decimal(decimal_text(value)) == value
    assert "E" not in decimal_text(value)


@given(decimals, decimals)
def test_different_decimals_are_written_differently(one: Decimal, other: Decimal) -> None:
    assert (decimal_text(one) == decimal_text(other)) == (one == other)


@pytest.mark.parametrize("text", ["0", "-0", "0.000", "-0.0", "0E-7", "0E+7"])
def test_there_is_one_zero(text: str) -> None:
    assert decimal_text(Decimal(text)) == "0"


@pytest.mark.parametrize("content", [1.5, {"a": [1.5]}, {1: "x"}, [{"a": {2: 1}}], object(), {"a": float("nan")}])
def test_what_has_no_canonical_form_is_refused(content: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(content)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_only_finite_decimals(value: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        canonical_json({"a": Decimal(value)})


def test_a_moment_is_the_same_in_every_zone() -> None:
    utc = datetime(2026, 3, 1, tzinfo=UTC)
    assert canonical_json(utc) == canonical_json(utc.astimezone(timezone(timedelta(hours=8))))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        canonical_json(datetime(2026, 3, 1))  # noqa: DTZ001
