"""Each legal rule, with the dates that its regulation gives."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from foundation.core.refs import RecordRef
from foundation.retention.law import is_over, legal_reaches, years_after
from foundation.retention.selectors.keeping import Keeping, deciding
from foundation.retention.subjects import Facts

pytestmark = [pytest.mark.requirement("21CFR11.10(c)"), pytest.mark.usefixtures("in_english")]
RELEASED = date(2026, 11, 27)


def facts(**more: Any) -> Facts:
    given = {"lifetime_years": 1, "markets": ("us",), "released_on": RELEASED, "placed_so_far": RELEASED} | more
    return Facts(number="DHR-000001", **given)


def kept(**more: Any) -> tuple[date | None, str, bool]:
    """(until, the rule that decides, whether the day moves)."""
    reaches = tuple(legal_reaches(facts(**more)))
    until = None if any(one.until is None for one in reaches) else max(one.until for one in reaches if one.until)
    keeping = Keeping(RecordRef("dhr.devicehistoryrecord", 1), until, deciding(reaches), reaches)
    return keeping.until, keeping.decided_by.code if keeping.decided_by else "", keeping.moves


def test_us_at_least_two_years_from_release() -> None:
    """ISO 13485:2016 4.2.5, in force in the US by 21 CFR 820.10 (QMSR)."""
    assert kept() == (date(2028, 11, 27), "two-years", False)


def test_the_lifetime_of_the_device_when_it_is_longer() -> None:
    assert kept(lifetime_years=12) == (date(2038, 11, 27), "lifetime", False)
    assert kept(lifetime_years=2) == (date(2028, 11, 27), "two-years", False)


def test_eu_ten_years_after_the_last_device_was_placed_on_the_market() -> None:
    """Regulation (EU) 2017/745 Art. 10(8)."""
    placed = {"markets": ("eu", "us"), "last_placed_on": date(2030, 3, 31)}
    assert kept(**placed) == (date(2040, 3, 31), "eu", False)
    assert kept(**placed, lifetime_years=20) == (date(2046, 11, 27), "lifetime", False)


def test_eu_fifteen_years_for_implants() -> None:
    assert kept(markets=("eu",), implant=True, last_placed_on=RELEASED) == (date(2041, 11, 27), "eu-implant", False)
    assert kept(markets=("us",), implant=True) == (date(2028, 11, 27), "two-years", False)


def test_as_long_as_the_product_is_sold_the_day_in_the_eu_is_the_earliest_possible() -> None:
    assert kept(markets=("eu",), placed_so_far=date(2027, 1, 4)) == (date(2037, 1, 4), "eu", True)


def test_a_release_after_the_stated_last_day_counts() -> None:
    """The day was stated and the floor went on: the law asks for the last device, not for what somebody wrote."""
    after = {"last_placed_on": date(2026, 1, 1), "placed_so_far": date(2026, 11, 27)}
    assert kept(markets=("eu",), **after) == (date(2036, 11, 27), "eu", False)


@pytest.mark.parametrize(
    ("missing", "rule"),
    [
        ({"released_on": None}, "lifetime"),
        ({"lifetime_years": None}, "lifetime"),
        ({"markets": ()}, "markets"),
        ({"markets": ("eu",), "released_on": None, "placed_so_far": None}, "lifetime"),
    ],
)
def test_what_is_not_released_or_not_stated_is_kept_without_end(missing: dict[str, Any], rule: str) -> None:
    assert kept(**missing)[:2] == (None, rule)


def test_the_law_of_devices_says_nothing_of_other_records() -> None:
    assert legal_reaches(facts(of_a_device=False)) == []


def test_a_leap_day_ends_a_day_later_and_never_a_day_earlier() -> None:
    assert years_after(date(2028, 2, 29), 2) == date(2030, 3, 1)
    assert years_after(date(2028, 2, 29), 4) == date(2032, 2, 29)
    assert kept(released_on=date(2028, 2, 29)) == (date(2030, 3, 1), "two-years", False)


def test_the_last_day_itself_still_counts() -> None:
    assert [is_over(RELEASED, day) for day in (RELEASED, date(2026, 11, 28))] == [False, True]


def test_the_reason_is_said_in_words() -> None:
    reaches = tuple(legal_reaches(facts(markets=("eu",), implant=True, last_placed_on=RELEASED)))
    keeping = Keeping(RecordRef("x.y", 1), date(2041, 11, 27), deciding(reaches), reaches)
    assert keeping.words == "Kept until 2041-11-27: EU implant, 15 years (MDR Art. 10(8))"
    assert Keeping(RecordRef("x.y", 1), None, None).words == "Kept without end: no rule says how long."
