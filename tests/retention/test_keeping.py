"""Until when records of the plant are kept: what the batch, its item, the company's rules and its parts say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bom.models import Item
from bom.services import change_item
from foundation.core import clock
from foundation.core.errors import NotValid, PermissionDenied, TransitionNotAllowed
from foundation.core.refs import RecordRef
from foundation.records.models import LedgerEntry
from foundation.retention.law import years_after
from foundation.retention.models import RetentionRule
from foundation.retention.selectors import keep_until
from foundation.retention.services import end_rule, set_rule
from tests.factories.floor import Running
from tests.factories.people import SETUP, actor_for, person
from tests.factories.records import built_plates, record_of, release, review

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("21CFR11.10(c)"),
    pytest.mark.usefixtures("in_english"),
]
TRAIL = "personnel.readingconfirmation"


def state_of(item: Item, **fields: Any) -> None:
    change_item(actor=SETUP, item_id=item.pk, reason="Technical file", **fields)


@pytest.fixture
def run() -> Running:
    made = built_plates(2)
    state_of(record_of(made).lot.item, kind="finished_device", device_lifetime_years=5, markets=["us"])
    return made


def test_a_batch_record_is_kept_without_end_until_it_is_released(run: Running) -> None:
    ref = RecordRef.to(record_of(run))
    before = keep_until(ref)
    assert (before.until, before.decided_by and before.decided_by.code) == (None, "lifetime")
    assert before.words == (
        "Kept without end, as things are: not everything that it tells of is released "
        "(the lifetime of the device, ISO 13485:2016 4.2.5, 21 CFR 820.10)."
    )
    review(run)
    release(run)
    after = keep_until(ref)
    assert (after.until, after.moves) == (years_after(clock.today(), 5), False)


def test_the_item_says_which_law_applies(run: Running) -> None:
    review(run)
    release(run)
    record = record_of(run)
    state_of(record.lot.item, markets=["us", "eu"], implant=True)
    sold = keep_until(RecordRef.to(record))
    assert (sold.until, sold.moves) == (years_after(clock.today(), 15), True)
    assert not sold.is_over(date(2999, 1, 1))  # the last device is not placed on the market yet
    state_of(record.lot.item, last_placed_on=clock.today())
    ended = keep_until(RecordRef.to(record))
    assert (ended.until, ended.moves) == (years_after(clock.today(), 15), False)
    assert ended.is_over(years_after(clock.today(), 15) + timedelta(days=1))


def test_a_rule_of_the_company_keeps_longer_and_never_shorter(run: Running) -> None:
    keeper = actor_for(person("quinn", "quality_engineer"))
    review(run)
    release(run)
    ref = RecordRef.to(record_of(run))
    set_rule(actor=keeper, years=3, source="SOP-7", reason="Habit", record_label=ref.label)
    assert keep_until(ref).until == years_after(clock.today(), 5)
    rule = set_rule(
        actor=keeper, years=30, source="Contract 12", reason="The customer asks for it", record_label=ref.label
    )
    kept = keep_until(ref)
    assert (kept.until, kept.decided_by and kept.decided_by.code) == (years_after(clock.today(), 30), rule.number)
    assert LedgerEntry.objects.filter(verb="retention.rule.set", reason="The customer asks for it").count() == 1
    end_rule(actor=keeper, rule_id=rule.pk, reason="The contract ended")
    assert keep_until(ref).until == years_after(clock.today(), 5)
    assert rule.history.count() == 2
    with pytest.raises(TransitionNotAllowed):
        end_rule(actor=keeper, rule_id=rule.pk, reason="Again")


def test_a_rule_has_its_day(run: Running) -> None:
    keeper = actor_for(person("quinn", "quality_engineer"))
    review(run)
    release(run)
    ref, later = RecordRef.to(record_of(run)), clock.today() + timedelta(days=10)
    set_rule(actor=keeper, years=40, source="SOP-8", reason="New", valid_from=later)
    assert keep_until(ref).until == years_after(clock.today(), 5)
    assert keep_until(ref, on=later).until == years_after(clock.today(), 40)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"source": ""}, "source"),
        ({"years": 0}, "years"),
        ({"record_label": "bom.item"}, "record_label"),  # can be held, and has no period
        ({"record_label": "no.such"}, "record_label"),
        ({"market": "mars"}, "market"),
        ({"valid_from": date(2020, 1, 1)}, "valid_from"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(given: dict[str, Any], field: str) -> None:
    with pytest.raises(NotValid) as refused:
        set_rule(**({"actor": SETUP, "years": 2, "source": "SOP", "reason": "So"} | given))
    assert (refused.value.field, RetentionRule.objects.count()) == (field, 0)


def test_only_those_who_keep_records_set_rules() -> None:
    with pytest.raises(PermissionDenied):
        set_rule(actor=actor_for(person("olga", "operator")), years=2, source="SOP", reason="So")
    assert RetentionRule.objects.count() == 0


def test_without_any_rule_a_record_is_kept_for_ever() -> None:
    entry = LedgerEntry.objects.filter(subject_label="accounts.user").first() or _some_entry()
    kept = keep_until(RecordRef("records.ledgerentry", entry.pk))
    assert (kept.until, kept.decided_by, kept.words) == (None, None, "Kept without end: no rule says how long.")


def _some_entry() -> LedgerEntry:
    person("anna", "operator")
    return LedgerEntry.objects.filter(subject_label="accounts.user").earliest("pk")


def test_the_trail_is_kept_as_long_as_what_it_tells_of(run: Running) -> None:
    """21 CFR 11.10(e)."""
    review(run)
    release(run)
    record = record_of(run)
    entry = LedgerEntry.objects.filter(verb="dhr.record.reviewed").earliest("pk")
    kept = keep_until(RecordRef("records.ledgerentry", entry.pk))
    assert kept.until == years_after(clock.today(), 5)
    assert kept.words.startswith(f"Kept until {kept.until}: the lifetime of the device, as a part of {record.number} (")
