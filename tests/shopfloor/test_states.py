"""Each state × each event of the tables: what is not in the table is refused, in code and by its services."""

from __future__ import annotations

import pytest

from config.roles import CATALOGUE
from foundation.core.errors import NotValid, TransitionNotAllowed
from foundation.core.states import StateTable
from quality.states import DEVIATION, NONCONFORMANCE, DeviationState, NonconformanceState
from shopfloor.states import (
    CARD,
    CORRECTION,
    HANDOVER,
    ORDER,
    CardState,
    CorrectionState,
    HandoverState,
    OrderState,
)

TABLES = {
    "order": (ORDER, OrderState),
    "card": (CARD, CardState),
    "correction": (CORRECTION, CorrectionState),
    "handover": (HANDOVER, HandoverState),
    "nonconformance": (NONCONFORMANCE, NonconformanceState),
    "deviation": (DEVIATION, DeviationState),
}
CASES = [
    (name, state, event)
    for name, (table, states) in TABLES.items()
    for state in states.values
    for event in sorted({row.event for row in table})
]


@pytest.mark.requirement("FLR-03")
@pytest.mark.parametrize(("name", "state", "event"), CASES)
def test_each_state_and_event(name: str, state: str, event: str) -> None:
    table: StateTable = TABLES[name][0]
    rows = [row for row in table if (row.source, row.event) == (state, event)]
    if not rows:
        with pytest.raises(TransitionNotAllowed) as refused:
            table.next(state, event, reason="Because")
        assert refused.value.details == {"state": state, "event": event}
        return
    assert table.next(state, event, reason="Because") == rows[0]
    if rows[0].reason_required:
        with pytest.raises(NotValid):
            table.next(state, event, reason=" ")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_speaks_of_known_states_and_rights_only(name: str) -> None:
    table, states = TABLES[name]
    granted = {permission for _code, _name, permissions in CATALOGUE for permission in permissions}
    assert table.states <= set(states.values)
    assert {row.permission for row in table} - {""} <= granted


@pytest.mark.parametrize(("name", "begin", "never_reached"), [("order", "planned", set()), ("card", "waiting", set())])
def test_every_state_can_be_reached(name: str, begin: str, never_reached: set[str]) -> None:
    table, states = TABLES[name]
    reached, todo = {begin}, [begin]
    while todo:
        for row in table.events_from(todo.pop()):
            if row.target not in reached:
                reached.add(row.target)
                todo.append(row.target)
    assert set(states.values) - reached == never_reached


@pytest.mark.parametrize(("name", "final"), [("order", {"closed", "cancelled"}), ("card", {"skipped", "cancelled"})])
def test_final_states_have_no_way_out(name: str, final: set[str]) -> None:
    table, states = TABLES[name]
    assert {state for state in states.values if not table.events_from(state)} == final
