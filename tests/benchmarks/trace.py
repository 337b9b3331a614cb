"""Trace through 8 levels at three sizes, up to a million links: identifiers, then numbers, states and places."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence

from django.db import connection

from resources.inventory.selectors import trace, trace_ids
from resources.inventory.selectors.trace import trace_nodes
from tests.benchmarks import Row, exponent, timed
from tests.benchmarks import _stock as stock

SIZES = (20_000, 60_000, 200_000)  # lots made: five links each
RAW = {
    "down": "WITH RECURSIVE r(lot) AS (SELECT %s::bigint UNION SELECT g.produced_lot_id FROM r "
    "JOIN inventory_genealogylink g ON g.consumed_lot_id = r.lot) SELECT lot FROM r",
    "up": "WITH RECURSIVE r(lot) AS (SELECT %s::bigint UNION SELECT g.consumed_lot_id FROM r "
    "JOIN inventory_genealogylink g ON g.produced_lot_id = r.lot) SELECT lot FROM r",
}


def run() -> list[Row]:
    down: dict[int, float] = {}
    per_node: dict[int, float] = {}
    for size in SIZES:
        levels, pairs = _plant(size)
        start = levels[0][len(levels[0]) // 2]
        reached = _check(start, "down", pairs)
        down[size] = timed(lambda start=start: trace_ids([start]))
        per_node[len(reached)] = down[size]
    finished = levels[8][len(levels[8]) // 2]
    rows = _rows("down", start, len(reached))
    rows += _rows("up", finished, len(_check(finished, "up", pairs)))
    rows[0].note = f"exponent over nodes reached {exponent(per_node):.2f}"
    rows[0].sizes = {str(size): round(value, 2) for size, value in down.items()}
    return rows


def _plant(size: int) -> tuple[list[list[int]], list[tuple[int, int]]]:
    levels, pairs = stock.graph(size, f"T{size}")
    warehouse, supplier = stock.place("BENCH-WH", "stock"), stock.place("BENCH-SUP", "supplier")
    production, customer = stock.place("BENCH-WIP", "production"), stock.place("BENCH-CUST", "customer")
    stock.containers(levels[0], warehouse, supplier, "receive")
    for level in levels[1:8]:
        stock.containers(level, production, production, "produce", "in_process")
    stock.containers(levels[8], customer, production, "produce")
    stock.links(pairs)
    stock.vacuum("inventory_genealogylink", "inventory_lot", "inventory_stockunit", "bom_item", "inventory_place")
    return levels, pairs


def _check(start: int, direction: str, pairs: Sequence[tuple[int, int]]) -> set[int]:
    """The right answer by a plain walk; AssertionError when the selectors or the bare SQL say something else."""
    onward = defaultdict(list)
    for consumed, produced in pairs:
        here, there = (consumed, produced) if direction == "down" else (produced, consumed)
        onward[here].append(there)
    seen, todo = {start}, [start]
    while todo:
        for lot in onward[todo.pop()]:
            if lot not in seen:
                seen.add(lot)
                todo.append(lot)
    found = trace([start], direction)
    if not seen == set(trace_ids([start], direction)) == set(found.nodes) == set(_bare(start, direction)):
        raise AssertionError(f"The trace {direction} is not what a walk finds")
    if not all(node.places for node in found.nodes.values()):
        raise AssertionError("A lot of the trace has no place")
    return seen


def _bare(start: int, direction: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(RAW[direction], [start])
        return [row[0] for row in cursor.fetchall()]


def _in_turn(*works: Callable[[], object]) -> list[float]:
    """Medians of works that are compared: taken in turn, so that what else the machine does falls on all of them."""
    rounds = [[timed(work, repeat=1, warm=0) for work in works] for _ in range(11)]
    return [statistics.median(column) for column in zip(*rounds[1:], strict=True)]


def _rows(direction: str, start: int, nodes: int) -> list[Row]:
    raw, identifiers, details = _in_turn(
        lambda: _bare(start, direction),
        lambda: trace_ids([start], direction),
        lambda: trace_nodes(trace_ids([start], direction)),
    )
    whole = timed(lambda: trace([start], direction), repeat=3)
    name = f"trace {direction}, 8 levels, 1M links, {nodes:,} lots"
    return [
        Row(f"{name}: identifiers", identifiers, 1.2 * raw, raw),
        Row(f"{name}: numbers, states, places", details, 4 * raw, raw),
        Row(f"{name}: and every link with its quantities", whole, None, raw),
    ]
