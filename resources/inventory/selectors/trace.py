"""Trace: what a lot went into, what went into a lot; net or full; with quantities and places; never truncated.

One recursive query over the link table. ``UNION`` (not ALL) keeps each lot once, so a graph with a cycle ends. A link of
kind *remove* joins the same two lots as the use that it undoes, so the full trace needs no look at kinds. The net trace
leaves out pairs of which everything was taken out again; these are few, and looked up in an index of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

from foundation.core.memory import collector_paused
from resources.inventory.states import StockStatus

DOWN, UP, BOTH = "down", "up", "both"
_FROM = {DOWN: ("consumed_lot_id", "produced_lot_id"), UP: ("produced_lot_id", "consumed_lot_id")}


class TracePlace(NamedTuple):
    """Where some of a lot is now, or went (customer, scrap)."""

    code: str
    kind: str
    status: str
    quantity: Decimal

    @property
    def status_word(self) -> str:
        return str(StockStatus(self.status).label)


class TraceNode(NamedTuple):
    """A lot of the trace. ``level``: links from the nearest start (0 = asked for), negative upwards.

    ``hidden``: it never lay at a site of the reader (`reading.trace_for`).
    """

    lot_id: int
    number: str
    item_id: int
    item_number: str
    unit: str
    supplier: str
    supplier_lot: str
    expires_on: date | None
    places: list[TracePlace]
    level: int = 0
    hidden: bool = False


class TraceLink(NamedTuple):
    """All links between two lots together: how much went in, how much came out again.

    ``kinds`` are the first and the last in the alphabet of what joins them: two lots are hardly ever joined in more ways.
    """

    consumed_lot_id: int
    produced_lot_id: int
    kinds: tuple[str, ...]
    put_in: Decimal
    taken_out: Decimal
    unit: str

    @property
    def net(self) -> Decimal:
        return self.put_in - self.taken_out


@dataclass(slots=True)
class Trace:
    """Lots by id and the links between them. Nothing is left out."""

    roots: list[int]
    direction: str
    net: bool
    nodes: dict[int, TraceNode]
    links: list[TraceLink]

    @property
    def hidden(self) -> int:
        """How many of the lots this reader is not told the numbers of."""
        return sum(node.hidden for node in self.nodes.values())


def trace_ids(lot_ids: Sequence[int], direction: str = DOWN, net: bool = True) -> list[int]:
    """Ids of every lot reached, the starting ones included. ``both`` = up from them and down from them."""
    if direction == BOTH:
        reached = {*trace_ids(lot_ids, UP, net), *trace_ids(lot_ids, DOWN, net)}
        return sorted(reached)
    with connection.cursor() as cursor:
        found, doubtful = _reach(cursor, lot_ids, direction, [])
        dead = _dead_pairs(cursor, doubtful) if net and doubtful else []
        return _reach(cursor, lot_ids, direction, dead)[0] if dead else found


# The lots, and the pairs among them of which something was taken out: one answer of two arrays.
_REACH = """
WITH RECURSIVE reached(lot) AS (
  SELECT unnest(%s::bigint[])
  UNION
  SELECT g.{there} FROM reached r JOIN inventory_genealogylink g ON g.{here} = r.lot {without}
), doubtful AS (
  SELECT DISTINCT g.consumed_lot_id, g.produced_lot_id FROM inventory_genealogylink g
  WHERE g.kind = 'remove' AND g.consumed_lot_id IN (SELECT lot FROM reached)
)
SELECT (SELECT array_agg(lot) FROM reached),
  (SELECT array_agg(ARRAY[consumed_lot_id, produced_lot_id]) FROM doubtful)
"""
_WITHOUT = "WHERE (g.consumed_lot_id, g.produced_lot_id) NOT IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))"


def _reach(
    cursor: CursorWrapper, lot_ids: Sequence[int], direction: str, dead: Sequence[tuple[int, int]]
) -> tuple[list[int], list[tuple[int, int]]]:
    here, there = _FROM[direction]
    values = [list(lot_ids), *([[pair[0] for pair in dead], [pair[1] for pair in dead]] if dead else [])]
    cursor.execute(_REACH.format(here=here, there=there, without=_WITHOUT if dead else ""), values)
    lots, doubtful = cursor.fetchone()
    return lots or [], [(consumed, produced) for consumed, produced in doubtful or []]


def _dead_pairs(cursor: CursorWrapper, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of these (consumed, produced) the ones of which everything was taken out again."""
    cursor.execute(
        "SELECT g.consumed_lot_id, g.produced_lot_id FROM inventory_genealogylink g JOIN "
        "unnest(%s::bigint[], %s::bigint[]) AS p(consumed, produced) "
        "ON g.consumed_lot_id = p.consumed AND g.produced_lot_id = p.produced "
        "GROUP BY 1, 2 HAVING sum(CASE g.kind WHEN 'remove' THEN -g.quantity ELSE g.quantity END) <= 0",
        [[pair[0] for pair in pairs], [pair[1] for pair in pairs]],
    )
    return list(cursor.fetchall())


def ancestors_of(lot_ids: Sequence[int]) -> dict[int, set[int]]:
    """For each of these lots, every lot that (net) went into it, directly or through others. One query, or two."""
    found: dict[int, set[int]] = defaultdict(set)
    if not lot_ids:
        return found
    with connection.cursor() as cursor:
        pairs = _pairs_up(cursor, lot_ids, [])
        cursor.execute(
            "SELECT DISTINCT consumed_lot_id, produced_lot_id FROM inventory_genealogylink "
            "WHERE kind = 'remove' AND consumed_lot_id = ANY(%s)",
            [sorted({pair[1] for pair in pairs})],
        )
        doubtful = list(cursor.fetchall())
        dead = _dead_pairs(cursor, doubtful) if doubtful else []
        for root, lot in _pairs_up(cursor, lot_ids, dead) if dead else pairs:
            found[root].add(lot)
    return found


def _pairs_up(cursor: CursorWrapper, lot_ids: Sequence[int], dead: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    cursor.execute(
        "WITH RECURSIVE up(root, lot) AS (SELECT x, x FROM unnest(%s::bigint[]) x UNION "
        "SELECT u.root, g.consumed_lot_id FROM up u JOIN inventory_genealogylink g ON g.produced_lot_id = u.lot "
        "WHERE (g.consumed_lot_id, g.produced_lot_id) NOT IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))) "
        "SELECT root, lot FROM up",
        [list(lot_ids), [pair[0] for pair in dead], [pair[1] for pair in dead]],
    )
    return list(cursor.fetchall())


@collector_paused()
def trace(lot_ids: Sequence[int], direction: str = DOWN, net: bool = True) -> Trace:
    """The trace with numbers, items, suppliers, places and quantities; ten queries at most, whatever its size.

    ``direction`` down (where it went), up (what it is made of) or both. ``net`` leaves out what was taken out again;
    full shows it too. Requirement TRC-01.
    """
    found: dict[tuple[int, int], TraceLink] = {}
    reached: set[int] = set()
    for way in (UP, DOWN) if direction == BOTH else (direction,):
        ids = trace_ids(lot_ids, way, net)
        reached.update(ids)
        found |= {(link.consumed_lot_id, link.produced_lot_id): link for link in trace_links(ids, way)}
    links = [link for _pair, link in sorted(found.items()) if not net or link.net > 0]
    nodes = trace_nodes(sorted(reached), _levels(lot_ids, direction, links))
    return Trace(list(lot_ids), direction, net, nodes, links)


# The array comes out of a subquery: as a constant of thousands the planner would weigh each of its numbers. Both scans
# go once along an index; the few items, suppliers and places are joined here, since to send their words with each lot
# takes longer than to look them up.
_LOTS = """
SELECT id, CASE WHEN serial <> '' THEN serial ELSE number END, item_id, unit, supplier_id, supplier_lot, expires_on
FROM inventory_lot WHERE id = ANY((SELECT %s::bigint[])::bigint[])
"""
_STOCK = """
SELECT lot_id, place_id, status, quantity FROM inventory_stockunit
WHERE lot_id = ANY((SELECT %s::bigint[])::bigint[]) AND quantity > 0
"""
_WORDS = """
SELECT 'item', id, number, '' FROM bom_item WHERE id = ANY(%s)
UNION ALL SELECT 'supplier', id, name, '' FROM bom_supplier WHERE id = ANY(%s)
UNION ALL SELECT 'place', id, code, kind FROM inventory_place WHERE id = ANY(%s)
"""


def _array(ids: Iterable[int]) -> str:
    """Ids as one literal: a list of thousands of numbers would take the planner longer than the query takes."""
    return "{" + ",".join(map(str, ids)) + "}"


@collector_paused()
def trace_nodes(lot_ids: Sequence[int], levels: Mapping[int, int] | None = None) -> dict[int, TraceNode]:
    """Numbers, items, suppliers, and where each lot is now. Three queries."""
    ids = _array(lot_ids)
    with connection.cursor() as cursor:
        cursor.execute(_LOTS, [ids])
        lots = cursor.fetchall()
        cursor.execute(_STOCK, [ids])
        stock = cursor.fetchall()
        items, suppliers, places = {row[2] for row in lots}, {row[4] for row in lots}, {row[1] for row in stock}
        cursor.execute(_WORDS, [list(items), list(suppliers - {None}), list(places)])
        words = {(of, key): (word, kind) for of, key, word, kind in cursor.fetchall()}
    return _nodes(lots, _where(stock, words), words, levels or {})


Words = Mapping[tuple[str, int], tuple[str, str]]


def _where(stock: Iterable[tuple[int, int, str, Decimal]], words: Words) -> dict[int, list[TracePlace]]:
    found: dict[int, list[TracePlace]] = defaultdict(list)
    places = {key: names for (of, key), names in words.items() if of == "place"}
    for lot, place, status, quantity in stock:
        code, kind = places[place]
        found[lot].append(TracePlace(code, kind, status, quantity))
    return found


def _nodes(
    lots: Iterable[tuple[Any, ...]], where: Mapping[int, list[TracePlace]], words: Words, levels: Mapping[int, int]
) -> dict[int, TraceNode]:
    items = {key: names[0] for (of, key), names in words.items() if of == "item"}
    suppliers = {key: names[0] for (of, key), names in words.items() if of == "supplier"}
    return {
        lot: TraceNode(
            lot,
            number,
            item,
            items[item],
            unit,
            suppliers.get(supplier, ""),
            supplier_lot,
            expires_on,
            where.get(lot) or [],
            levels.get(lot, 0),
        )
        for lot, number, item, unit, supplier, supplier_lot, expires_on in lots
    }


_LINKS = """
SELECT consumed_lot_id, produced_lot_id, min(kind), max(kind), sum(quantity) FILTER (WHERE kind <> 'remove'),
  sum(quantity) FILTER (WHERE kind = 'remove'), min(unit)
FROM inventory_genealogylink WHERE {where} GROUP BY 1, 2
"""
_NOTHING = Decimal(0)


def trace_links(lot_ids: Sequence[int], direction: str) -> list[TraceLink]:
    """Links that lead on from these lots (down) or into them (up), those of one pair of lots added up. One query.

    A trace has every lot that these links lead to, so none needs to be left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LINKS.format(where=f"{_FROM[direction][0]} = ANY(%s::bigint[])"), [_array(lot_ids)])
        return _links(cursor)


def _links(cursor: CursorWrapper) -> list[TraceLink]:
    return [
        TraceLink(
            consumed,
            produced,
            (first,) if first == last else (first, last),
            put_in or _NOTHING,
            taken_out or _NOTHING,
            unit,
        )
        for consumed, produced, first, last, put_in, taken_out, unit in cursor.fetchall()
    ]


def _levels(roots: Sequence[int], asked: str, links: Iterable[TraceLink]) -> dict[int, int]:
    """Breadth first from the roots: down counts up from 0, up counts down."""
    levels: dict[int, int] = {}
    for direction, sign in ((DOWN, 1), (UP, -1)):
        if asked not in (direction, BOTH):
            continue
        onward: dict[int, list[int]] = defaultdict(list)
        for link in links:
            here, there = (
                (link.consumed_lot_id, link.produced_lot_id)
                if direction == DOWN
                else (link.produced_lot_id, link.consumed_lot_id)
            )
            onward[here].append(there)
        seen, wave, level = set(roots), list(roots), 0
        while wave:
            level += 1
            wave = [lot for here in wave for lot in onward[here] if not (lot in seen or seen.add(lot))]  # type: ignore[func-returns-value]
            for lot in wave:
                levels.setdefault(lot, sign * level)
    return levels


def net_consumption(produced_lot_id: int) -> list[TraceLink]:
    """What a lot is made of, directly: per consumed lot how much went in, came out, and is in. As built = net > 0."""
    return _around(produced_lot_id, "produced_lot_id")


def links_around(lot_id: int) -> tuple[list[TraceLink], list[TraceLink]]:
    """One step each way: (what went into the lot, what it went into), what was taken out again included."""
    return _around(lot_id, "produced_lot_id"), _around(lot_id, "consumed_lot_id")


def _around(lot_id: int, end: str) -> list[TraceLink]:
    with connection.cursor() as cursor:
        cursor.execute(_LINKS.format(where=f"{end} = %s"), [lot_id])
        return _links(cursor)
