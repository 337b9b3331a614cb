"""The graph's rules hold for any graph: property tests."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.precedence import (
    Edge,
    after_move,
    chain,
    ends,
    find_cycle,
    inserted_after,
    is_chain,
    number_between,
    order_problems,
    reached_from,
    spliced_out,
    starts,
)

pytestmark = pytest.mark.requirement("PRC-01")
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NODES = list(range(8))
pairs = st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda edge: edge[0] != edge[1])
graphs = st.sets(pairs, max_size=20)
acyclic = st.sets(pairs.map(lambda edge: (min(edge), max(edge))), max_size=20)
orders = st.permutations(NODES)


def has_cycle(edges: set[Edge]) -> bool:
    """By taking away what waits for nothing, again and again: another way than the one under test."""
    left = set(NODES)
    while free := {node for node in left if not any(after == node and before in left for before, after in edges)}:
        left -= free
    return bool(left)


@patient
@given(graphs)
def test_a_cycle_is_found_exactly_when_there_is_one(edges: set[Edge]) -> None:
    path = find_cycle(NODES, edges)
    assert bool(path) == has_cycle(edges)
    if path:
        assert path[0] == path[-1]
        assert set(pairwise(path)) <= edges


def test_a_long_chain_meets_no_recursion_limit() -> None:
    edges = chain(range(20_000))
    assert find_cycle(range(20_000), edges) == []
    assert len(find_cycle(range(20_000), edges | {(19_999, 0)})) == 20_001


@patient
@given(acyclic)
def test_without_a_cycle_there_is_a_start_and_an_end(edges: set[Edge]) -> None:
    assert starts(NODES, edges)
    assert ends(NODES, edges)


@patient
@given(acyclic, st.sampled_from(NODES))
def test_taking_a_node_out_keeps_what_came_before_what(edges: set[Edge], node: int) -> None:
    left = spliced_out(node, edges)
    assert not any(node in edge for edge in left)
    for other in set(NODES) - {node}:
        assert reached_from(other, left) == reached_from(other, edges) - {node}


@patient
@given(acyclic, st.sampled_from(NODES))
def test_inserting_keeps_what_came_before_what(edges: set[Edge], previous: int) -> None:
    new = 99
    grown = inserted_after(new, previous, edges)
    assert not has_cycle({edge for edge in grown if new not in edge})
    assert reached_from(new, grown) == reached_from(previous, edges)
    for other in NODES:
        assert reached_from(other, grown) - {new} == reached_from(other, edges)


@patient
@given(orders, orders)
def test_a_chain_follows_the_list(old: list[int], new: list[int]) -> None:
    edges = after_move(old, new, chain(old))
    assert is_chain(new, edges)
    assert starts(new, edges) == [new[0]]
    assert ends(new, edges) == [new[-1]]
    assert order_problems({node: place for place, node in enumerate(new)}, edges) == []


@patient
@given(acyclic, orders)
def test_a_graph_with_branches_stays_as_it_is_drawn(edges: set[Edge], new: list[int]) -> None:
    expected = chain(new) if is_chain(NODES, edges) else edges
    assert after_move(NODES, new, edges) == expected


@given(st.integers(0, 5000), st.integers(1, 50))
@settings(patient, max_examples=200)
def test_a_number_between_is_between(before: int, gap: int) -> None:
    number = number_between(before, before + gap)
    if gap < 2:
        assert number is None
    else:
        assert number is not None
        assert before < number < before + gap


@pytest.mark.parametrize(
    ("before", "after", "number"),
    [(10, 20, 15), (10, None, 20), (0, 10, 5), (10, 11, None), (15, 20, 17), (0, None, 10)],
)
def test_numbers_that_people_would_choose(before: int, after: int | None, number: int | None) -> None:
    assert number_between(before, after) == number
