"""What the law asks, as a table. No rule of the company makes it shorter: the longest of all that apply counts.

These are not rows that somebody edits: a change of the law is a change of the product, with its test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.retention.subjects import Facts

EU = "eu"


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 1 March for 29 February where there is none, so that nothing ends a day too early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


@dataclass(frozen=True, slots=True)
class Reach:
    """Until when one rule asks for a record. ``until`` None: without end, as things are; ``why`` says what it waits for.

    ``moves``: the day is the earliest possible, and later as long as the product is placed on the market.
    """

    code: str
    rule: Any
    source: str
    until: date | None
    why: Any = ""
    moves: bool = False


@dataclass(frozen=True, slots=True)
class LegalRule:
    code: str
    rule: Any
    source: str
    applies: Callable[[Facts], bool]
    reach: Callable[[LegalRule, Facts], Reach]


NOT_RELEASED = _("not everything that it tells of is released")
NO_LIFETIME = _("the lifetime of the device is not stated on its item")
NO_MARKET = _("the markets of the device are not stated on its item")
NOTHING_PLACED = _("no device of this item was placed on the market yet")


def _lifetime(rule: LegalRule, facts: Facts) -> Reach:
    if facts.lifetime_years is None:
        return Reach(rule.code, rule.rule, rule.source, None, NO_LIFETIME)
    return after_release(rule, facts, facts.lifetime_years)


def after_release(rule: LegalRule, facts: Facts, years: int) -> Reach:
    if facts.released_on is None:
        return Reach(rule.code, rule.rule, rule.source, None, NOT_RELEASED)
    return Reach(rule.code, rule.rule, rule.source, years_after(facts.released_on, years))


def after_last_placed(rule: LegalRule, facts: Facts, years: int) -> Reach:
    """From the last device, once its day is stated; until then at least from the newest, and it moves with each that follows."""
    last = facts.last_placed_on
    if last is not None and facts.placed_so_far is not None:
        last = max(last, facts.placed_so_far)  # a day that was stated and then passed by the floor is not the last
    if last is not None:
        return Reach(rule.code, rule.rule, rule.source, years_after(last, years))
    so_far = facts.placed_so_far or facts.released_on
    if so_far is None:
        return Reach(rule.code, rule.rule, rule.source, None, NOTHING_PLACED)
    return Reach(rule.code, rule.rule, rule.source, years_after(so_far, years), moves=True)


RULES: tuple[LegalRule, ...] = (
    # ISO 13485:2016 4.2.5: at least the lifetime of the device as the organization defined it; in 21 CFR 820 by reference.
    LegalRule(
        "lifetime", _("the lifetime of the device"), "ISO 13485:2016 4.2.5, 21 CFR 820.10", lambda facts: True, _lifetime
    ),
    # The same clause: not less than two years from the release by the organization.
    LegalRule(
        "two-years", _("2 years from release"), "ISO 13485:2016 4.2.5, 21 CFR 820.10", lambda facts: True,
        lambda rule, facts: after_release(rule, facts, 2),
    ),
    # Regulation (EU) 2017/745 Art. 10(8) and Annex IX: 10 years after the last device was placed on the market …
    LegalRule(
        "eu", _("10 years in the EU"), "MDR Art. 10(8)", lambda facts: EU in facts.markets and not facts.implant,
        lambda rule, facts: after_last_placed(rule, facts, 10),
    ),
    # … and 15 years for implantable devices.
    LegalRule(
        "eu-implant", _("EU implant, 15 years"), "MDR Art. 10(8)", lambda facts: EU in facts.markets and facts.implant,
        lambda rule, facts: after_last_placed(rule, facts, 15),
    ),
    # Which of these apply cannot be said of a device whose markets nobody stated: nothing ends by an omission.
    LegalRule(
        "markets", _("its markets"), "MDR Art. 10(8)", lambda facts: not facts.markets,
        lambda rule, facts: Reach(rule.code, rule.rule, rule.source, None, NO_MARKET),
    ),
)  # fmt: skip


def legal_reaches(facts: Facts) -> list[Reach]:
    """What each legal rule says of a record. Nothing for what is not a record of a device."""
    if not facts.of_a_device:
        return []
    return [rule.reach(rule, facts) for rule in RULES if rule.applies(facts)]


def is_over(until: date, today: date) -> bool:
    """The day itself still counts."""
    return today >= until + timedelta(days=1)
