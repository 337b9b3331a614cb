"""What was chosen on the floor is said in the record in the words of the card, never by its code."""

from __future__ import annotations

import pytest
from django.utils import translation

from dhr.compile.exceptions import exceptions
from dhr.compile.floor import operations
from tests.factories.floor import dispatched, made_item, operation, process_card, record, started, step
from tests.factories.records import scope_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("TRC-09")]

LOOKS = [
    {"value": "c1", "text": {"en": "Clear", "zh-hans": "透明"}},
    {"value": "c2", "text": {"en": "Cloudy", "zh-hans": "浑浊"}, "conforming": False},
]
POINTS = [
    {"value": "p1", "text": {"en": "Table is empty", "zh-hans": "台面已清空"}},
    {"value": "p2", "text": {"en": "Labels are gone", "zh-hans": "标签已清除"}},
]


def test_answers_are_in_the_words_of_the_card() -> None:
    made = made_item("PLATE-A")
    process_card(
        made,
        [
            operation(
                10,
                step("10.10", "choice", choices=LOOKS),
                step("10.20", "checklist", when="first_piece", choices=POINTS),
                step("10.30"),
            )
        ],
    )
    run = dispatched(made, 2)
    card = started(run, 10)
    record(run, card, "10.10", "c1", unit=1)
    record(run, card, "10.20", ["p1"], unit=1)
    scope = scope_of(run)
    [entry] = operations(scope)
    said = {row["key"]: (row["value"], row["answer"]) for row in entry["steps"]}
    assert said == {
        "10.10": ("c1", {"en": "Clear", "zh-hans": "透明"}),
        "10.20": (
            "not_ok: p2",
            {"en": "Not in order: Labels are gone", "zh-hans": "不符合：标签已清除"},
        ),
    }
    [failed] = [one.text for one in exceptions(scope, []) if one.code == "out-of-limits"]
    assert failed == "Not in order: Labels are gone"
    with translation.override("zh-hans"):
        [failed] = [one.text for one in exceptions(scope, []) if one.code == "out-of-limits"]
    assert failed == "不符合：标签已清除"
