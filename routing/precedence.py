"""Rules of the precedence graph as pure functions: nodes are integers, an edge is (predecessor, successor)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

Edge = tuple[int, int]
STEP = 10  # operations and steps are numbered 10, 20, 30 …, so that one fits in between


def successors_of(edges: Iterable[Edge]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for before, after in edges:
        found[before].append(after)
    return found


def find_cycle(nodes: Iterable[int], edges: Iterable[Edge]) -> list[int]:
    """One cycle as the path that closes on itself (``[1, 2, 3, 1]``), or [] when there is none. Linear in the graph."""
    onward = successors_of(edges)
    done: set[int] = set()
    for start in nodes:
        path: list[int] = []
        on_path: set[int] = set()
        stack = [(start, iter((start,)))] if start not in done else []
        # an explicit stack: a routing of thousands of operations must not meet Python's recursion limit
        while stack:
            _node, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                if path and len(path) > len(stack) - 1 >= 0:
                    finished = path.pop()
                    on_path.discard(finished)
                    done.add(finished)
                continue
            if following in on_path:
                return [*path[path.index(following) :], following]
            if following in done:
                continue
            path.append(following)
            on_path.add(following)
            stack.append((following, iter(onward.get(following, ()))))
    return []


def starts(nodes: Sequence[int], edges: Iterable[Edge]) -> list[int]:
    """Nodes without a predecessor, in the given order."""
    fed = {after for _before, after in edges}
    return [node for node in nodes if node not in fed]


def ends(nodes: Sequence[int], edges: Iterable[Edge]) -> list[int]:
    """Nodes without a successor, in the given order."""
    feeding = {before for before, _after in edges}
    return [node for node in nodes if node not in feeding]


def reached_from(node: int, edges: Iterable[Edge]) -> set[int]:
    """Every node after this one (not the node itself, unless a cycle leads back)."""
    onward = successors_of(edges)
    found: set[int] = set()
    waiting = list(onward.get(node, ()))
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(onward.get(current, ()))
    return found


def chain(order: Sequence[int]) -> set[Edge]:
    """Each after the one before it."""
    return set(pairwise(order))


def is_chain(order: Sequence[int], edges: Iterable[Edge]) -> bool:
    """Whether the graph says exactly what the list says: one after the other."""
    return set(edges) == chain(order)


def spliced_out(node: int, edges: Iterable[Edge]) -> set[Edge]:
    """The graph without a node; what came before it now comes before what came after it."""
    every = set(edges)
    before = sorted(edge[0] for edge in every if edge[1] == node)
    after = sorted(edge[1] for edge in every if edge[0] == node)
    left = {edge for edge in every if node not in edge}
    for first in before:
        for last in after:
            if last not in reached_from(first, left):
                left.add((first, last))
    return left


def inserted_after(node: int, previous: int, edges: Iterable[Edge]) -> set[Edge]:
    """The graph with a new node between one and everything that came after it."""
    return {(node, edge[1]) if edge[0] == previous else edge for edge in edges} | {(previous, node)}


def after_move(old_order: Sequence[int], new_order: Sequence[int], edges: Iterable[Edge]) -> set[Edge]:
    """The graph after the list was reordered.

    While the operations are one chain, the chain follows the list. A graph with branches says more than the list can, so
    it stays as it is and only the numbers change.
    """
    every = set(edges)
    return chain(new_order) if is_chain(old_order, every) else every


def number_between(before: int, after: int | None) -> int | None:
    """A free number between two (``after`` None: at the end). None when there is no room."""
    if after is None:
        return (before // STEP + 1) * STEP
    if after - before < 2:
        return None
    middle = (before + after) // 2
    rounded = middle - middle % 5
    return rounded if before < rounded < after else middle


def order_problems(numbers: Mapping[int, int], edges: Iterable[Edge]) -> list[Edge]:
    """Edges against the list: the successor is listed before its predecessor."""
    return sorted(
        (edge for edge in edges if numbers[edge[0]] > numbers[edge[1]]),
        key=lambda edge: (numbers[edge[1]], numbers[edge[0]]),
    )
