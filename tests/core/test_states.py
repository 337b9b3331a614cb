"""State tables, numbers, references, texts: the small things everything stands on."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from foundation.core.actor import Actor
from foundation.core.decisions import YES, no
from foundation.core.errors import GateClosed, NotValid, PermissionDenied, TransitionNotAllowed
from foundation.core.numbering import next_number, next_numbers
from foundation.core.refs import RecordRef
from foundation.core.states import StateTable, Transition
from foundation.core.texts import localized
from foundation.records.act import act

TABLE = StateTable(
    "test.door",
    [
        Transition("closed", "open", "open", permission="doors.open_door"),
        Transition("open", "close", "closed", reason_required=True, label="Close"),
        Transition("closed", "lock", "locked", meaning="approved"),
    ],
)


@pytest.mark.parametrize("state", ["open", "closed", "locked"])
@pytest.mark.parametrize("event", ["open", "close", "lock", "burn"])
def test_each_state_times_each_event(state: str, event: str) -> None:
    expected = {("closed", "open"): "open", ("open", "close"): "closed", ("closed", "lock"): "locked"}
    if (state, event) in expected:
        assert TABLE.next(state, event, reason="because").target == expected[state, event]
        return
    with pytest.raises(TransitionNotAllowed) as refusal:
        TABLE.next(state, event, reason="because")
    assert refusal.value.details == {"state": state, "event": event}


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_required_reason_is_asked_for(reason: str) -> None:
    with pytest.raises(NotValid) as refusal:
        TABLE.next("open", "close", reason=reason)
    assert (refusal.value.code, refusal.value.field) == ("reason-required", "reason")


def test_the_table_is_data() -> None:
    assert TABLE.states == {"open", "closed", "locked"}
    assert TABLE.moves == {("closed", "open"), ("open", "closed"), ("closed", "locked")}
    assert [row.event for row in TABLE.events_from("closed")] == ["open", "lock"]
    assert [row.event for row in TABLE] == ["open", "close", "lock"]


def test_two_rows_for_one_state_and_event_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="two rows"):
        StateTable("x", [Transition("a", "go", "b"), Transition("a", "go", "c")])


def test_refusals_are_told_apart() -> None:
    assert (NotValid("x").status, PermissionDenied("x").status, GateClosed("x").status) == (422, 403, 409)
    assert PermissionDenied("x", code="other").code == "other"
    assert str(NotValid("words")) == "words"


def test_a_decision_carries_its_reason() -> None:
    YES.require()
    refused = no("not today")
    assert not refused
    with pytest.raises(PermissionDenied, match="not today"):
        refused.require()


def test_a_reference_survives_json() -> None:
    reference = RecordRef("bom.item", 7, "P-7")
    assert RecordRef.from_json(reference.as_json()) == reference


@pytest.mark.parametrize(
    ("texts", "language", "shown"),
    [
        ({"en": "Ream", "zh-hans": "铰孔"}, "zh-hans", "铰孔"),
        ({"en": "Ream"}, "zh-hans", "Ream"),
        ({"zh-hans": "铰孔"}, "en", "铰孔"),
        ({"de": "Reiben"}, "en", "Reiben"),
        ({"en": "", "de": "Reiben"}, "en", "Reiben"),
        ({}, "en", ""),
        (None, "en", ""),
        ("as it is", "en", "as it is"),
    ],
)
def test_a_text_is_shown_in_the_best_language_there_is(texts: dict[str, str], language: str, shown: str) -> None:
    assert localized(texts, language) == shown


class TestNumbers:
    @pytest.mark.django_db
    def test_one_after_the_other(self) -> None:
        assert [next_number("orders", prefix="WO"), next_number("orders", prefix="WO")] == ["WO-000001", "WO-000002"]
        assert next_numbers("orders", 3, prefix="WO") == ["WO-000003", "WO-000004", "WO-000005"]
        assert next_number("cards", prefix="PC", width=4) == "PC-0001"

    @pytest.mark.django_db
    def test_a_refused_act_leaves_no_gap(self) -> None:
        with pytest.raises(NotValid), act(actor=Actor.system("t"), verb="t.t.t"):
            next_number("orders", prefix="WO")
            raise NotValid("no")
        assert next_number("orders", prefix="WO") == "WO-000001"

    def test_many_at_once_get_each_number_once(self, committed_db: None) -> None:
        def take(_: int) -> str:
            try:
                with act(actor=Actor.system("t"), verb="t.t.t"):
                    return next_number("orders", prefix="WO")
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as pool:
            numbers = list(pool.map(take, range(20)))
        assert sorted(numbers) == [f"WO-{n:06d}" for n in range(1, 21)]
