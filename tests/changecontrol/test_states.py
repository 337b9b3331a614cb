"""The state table of a change: each state × each event, and nothing beside the table."""

from itertools import pairwise

import pytest

from changecontrol.states import CHANGE, PIPELINE, ChangeState, Kind, Severity, route_of
from config.roles import CATALOGUE
from foundation.core.errors import TransitionNotAllowed

EXPECTED = {
    ("draft", "assess"): "assessed",
    ("draft", "withdraw"): "withdrawn",
    ("assessed", "reassess"): "draft",
    ("assessed", "submit"): "in_approval",
    ("assessed", "withdraw"): "withdrawn",
    ("in_approval", "sign"): "in_approval",
    ("in_approval", "approve"): "approved",
    ("in_approval", "refuse"): "refused",
    ("in_approval", "withdraw"): "withdrawn",
    ("approved", "implement"): "implementing",
    ("approved", "withdraw"): "withdrawn",
    ("implementing", "take_effect"): "effective",
    ("effective", "close"): "closed",
    ("refused", "reopen"): "draft",
    ("withdrawn", "reopen"): "draft",
}


@pytest.mark.parametrize("state", ChangeState.values)
@pytest.mark.parametrize("event", sorted({event for _state, event in EXPECTED}))
def test_each_state_times_each_event(state: str, event: str) -> None:
    if (state, event) in EXPECTED:
        assert CHANGE.next(state, event, reason="because").target == EXPECTED[state, event]
        return
    with pytest.raises(TransitionNotAllowed):
        CHANGE.next(state, event, reason="because")


def test_the_table_has_every_state_and_the_pipeline_is_a_way_through_it() -> None:
    assert CHANGE.states == set(ChangeState.values)
    for source, target in pairwise(PIPELINE):
        assert (source, target) in CHANGE.moves


def test_every_permission_is_given_to_some_role() -> None:
    given = {permission for _code, _name, permissions in CATALOGUE for permission in permissions}
    asked = {row.permission for row in CHANGE if row.permission}
    asked |= {step.permission for step in route_of("process", "minor")}
    assert asked <= given


@pytest.mark.parametrize("kind", Kind.values)
@pytest.mark.parametrize("severity", Severity.values)
def test_every_route_has_two_sides_of_different_permissions(kind: str, severity: str) -> None:
    route = route_of(kind, severity)
    assert len({step.permission for step in route}) >= 2
