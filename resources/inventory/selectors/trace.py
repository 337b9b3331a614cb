"""Trace: what a lot went into, what went into a lot; net or full; with quantities and places; never truncated.

One recursive query over the link table. ``UNION`` (not ALL) keeps each lot once, so a graph with a cycle ends. A link of
kind *remove* joins the same two lots as the use that it undoes, so the full trace needs no look at kinds. The net trace
leaves out pairs of which everything was taken out again; these are few, and looked up in an index of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection

DOWN, UP, BOTH = "down", "up", "both"
_FROM = {DOWN: ("consumed_lot_id", "produced_lot_id"), UP: ("produced_lot_id", "consumed_lot_id")}


@dataclass(frozen=True, slots=True)
class TracePlace:
    """Where some of a lot is now, or went (customer, scrap)."""

    code: str
    kind: str
    status: str
    quantity: Decimal


@dataclass(slots=True)
class TraceNode:
    """A lot of the trace. ``level``: links from the nearest start (0 = asked for), negative upwards."""

    lot_id: int
    number: str
    item_id: int
    item_number: str
    unit: str
    supplier: str
    supplier_lot: str
    expires_on: date | None
    level: int = 0
    places: list[TracePlace] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TraceLink:
    """All links between two lots together: how much went in, how much came out again."""

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


def trace_ids(lot_ids: Sequence[int], direction: str = DOWN, net: bool = True) -> list[int]:
    """Ids of every lot reached, the starting ones included. ``both`` = up from them and down from them."""
    if direction == BOTH:
        reached = {*trace_ids(lot_ids, UP, net), *trace_ids(lot_ids, DOWN, net)}
        return sorted(reached)
    with connection.cursor() as cursor:
        found = _reach(cursor, lot_ids, direction, ())
        dead = _dead_pairs(cursor, found) if net else []
        return _reach(cursor, lot_ids, direction, dead) if dead else found


def _reach(cursor: object, lot_ids: Sequence[int], direction: str, dead: Sequence[tuple[int, int]]) -> list[int]:
    here, there = _FROM[direction]
    without, values = "", [list(lot_ids)]
    if dead:
        without = (
            "WHERE (g.consumed_lot_id, g.produced_lot_id) NOT IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))"
        )
        values += [[pair[0] for pair in dead], [pair[1] for pair in dead]]
    cursor.execute(  # type: ignore[attr-defined]
        "WITH RECURSIVE reached(lot) AS (SELECT unnest(%s::bigint[]) UNION "  # noqa: S608 - own column names
        f"SELECT g.{there} FROM reached r JOIN inventory_genealogylink g ON g.{here} = r.lot {without}) "
        "SELECT lot FROM reached",
        values,
    )
    return [row[0] for row in cursor.fetchall()]  # type: ignore[attr-defined]


def _dead_pairs(cursor: object, lot_ids: Sequence[int]) -> list[tuple[int, int]]:
    """(consumed, produced) of which everything was taken out again, among these lots."""
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT g.consumed_lot_id, g.produced_lot_id FROM inventory_genealogylink g JOIN "
        "(SELECT DISTINCT consumed_lot_id, produced_lot_id FROM inventory_genealogylink "
        " WHERE kind = 'remove' AND consumed_lot_id = ANY(%s)) r USING (consumed_lot_id, produced_lot_id) "
        "GROUP BY 1, 2 HAVING sum(CASE g.kind WHEN 'remove' THEN -g.quantity ELSE g.quantity END) <= 0",
        [list(lot_ids)],
    )
    return list(cursor.fetchall())  # type: ignore[attr-defined]


def ancestors_of(lot_ids: Sequence[int]) -> dict[int, set[int]]:
    """For each of these lots, every lot that (net) went into it, directly or through others. One query, or two."""
    found: dict[int, set[int]] = defaultdict(set)
    if not lot_ids:
        return found
    with connection.cursor() as cursor:
        pairs = _pairs_up(cursor, lot_ids, ())
        dead = _dead_pairs(cursor, sorted({pair[1] for pair in pairs}))
        for root, lot in _pairs_up(cursor, lot_ids, dead) if dead else pairs:
            found[root].add(lot)
    return found


def _pairs_up(cursor: object, lot_ids: Sequence[int], dead: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    cursor.execute(  # type: ignore[attr-defined]
        "WITH RECURSIVE up(root, lot) AS (SELECT x, x FROM unnest(%s::bigint[]) x UNION "
        "SELECT u.root, g.consumed_lot_id FROM up u JOIN inventory_genealogylink g ON g.produced_lot_id = u.lot "
        "WHERE (g.consumed_lot_id, g.produced_lot_id) NOT IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))) "
        "SELECT root, lot FROM up",
        [list(lot_ids), [pair[0] for pair in dead], [pair[1] for pair in dead]],
    )
    return list(cursor.fetchall())  # type: ignore[attr-defined]


def trace(lot_ids: Sequence[int], direction: str = DOWN, net: bool = True) -> Trace:
    """The trace with numbers, items, suppliers, places and quantities; four queries whatever its size.

    ``direction`` down (where it went), up (what it is made of) or both. ``net`` leaves out what was taken out again;
    full shows it too. Requirement TRC-01.
    """
    ids = trace_ids(lot_ids, direction, net)
    nodes = trace_nodes(ids)
    links = [link for link in trace_links(ids) if not net or link.net > 0]
    if direction == BOTH:
        links = _without_side_branches(lot_ids, links)
    result = Trace(list(lot_ids), direction, net, nodes, links)
    _set_levels(result)
    return result


def _without_side_branches(lot_ids: Sequence[int], links: Iterable[TraceLink]) -> list[TraceLink]:
    """Up from the start and down from it: links between an ancestor and a descendant that do not pass it are kept too,
    since both ends are in the trace and leaving one out would be a truncated answer."""
    return list(links)


def trace_nodes(lot_ids: Sequence[int]) -> dict[int, TraceNode]:
    """Numbers, items, suppliers, and where each lot is now. Two queries."""
    wanted = list(lot_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.id, CASE WHEN l.serial <> '' THEN l.serial ELSE l.number END, l.item_id, i.number, l.unit, "
            "coalesce(s.name, ''), l.supplier_lot, l.expires_on FROM inventory_lot l JOIN bom_item i ON i.id = l.item_id "
            "LEFT JOIN bom_supplier s ON s.id = l.supplier_id WHERE l.id = ANY(%s)",
            [wanted],
        )
        nodes = {row[0]: TraceNode(*row) for row in cursor.fetchall()}
        cursor.execute(
            "SELECT u.lot_id, p.code, p.kind, u.status, u.quantity FROM inventory_stockunit u "
            "JOIN inventory_place p ON p.id = u.place_id WHERE u.lot_id = ANY(%s) AND u.quantity > 0 ORDER BY u.id",
            [wanted],
        )
        for lot_id, *place in cursor.fetchall():
            nodes[lot_id].places.append(TracePlace(*place))
    return nodes


def trace_links(lot_ids: Sequence[int]) -> list[TraceLink]:
    """Links between these lots, those of one pair of lots added up. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT consumed_lot_id, produced_lot_id, array_agg(DISTINCT kind::text ORDER BY kind::text), "
            "coalesce(sum(quantity) FILTER (WHERE kind <> 'remove'), 0), "
            "coalesce(sum(quantity) FILTER (WHERE kind = 'remove'), 0), min(unit) "
            "FROM inventory_genealogylink WHERE consumed_lot_id = ANY(%(ids)s) AND produced_lot_id = ANY(%(ids)s) "
            "GROUP BY 1, 2 ORDER BY 1, 2",
            {"ids": list(lot_ids)},
        )
        return [
            TraceLink(consumed, produced, tuple(kinds), put_in, taken_out, unit)
            for consumed, produced, kinds, put_in, taken_out, unit in cursor.fetchall()
        ]


def _set_levels(found: Trace) -> None:
    """Breadth first from the roots: down counts up from 0, up counts down."""
    for direction, sign in ((DOWN, 1), (UP, -1)):
        if found.direction not in (direction, BOTH):
            continue
        onward: dict[int, list[int]] = defaultdict(list)
        for link in found.links:
            here, there = (
                (link.consumed_lot_id, link.produced_lot_id)
                if direction == DOWN
                else (link.produced_lot_id, link.consumed_lot_id)
            )
            onward[here].append(there)
        seen, wave, level = set(found.roots), list(found.roots), 0
        while wave:
            level += 1
            wave = [lot for here in wave for lot in onward[here] if not (lot in seen or seen.add(lot))]  # type: ignore[func-returns-value]
            for lot in wave:
                found.nodes[lot].level = found.nodes[lot].level or sign * level


def net_consumption(produced_lot_id: int) -> list[TraceLink]:
    """What a lot is made of, directly: per consumed lot how much went in, came out, and is in. As built = net > 0."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT consumed_lot_id, produced_lot_id, array_agg(DISTINCT kind::text ORDER BY kind::text), "
            "coalesce(sum(quantity) FILTER (WHERE kind <> 'remove'), 0), "
            "coalesce(sum(quantity) FILTER (WHERE kind = 'remove'), 0), min(unit) "
            "FROM inventory_genealogylink WHERE produced_lot_id = %s GROUP BY 1, 2 ORDER BY 1",
            [produced_lot_id],
        )
        return [
            TraceLink(consumed, produced, tuple(kinds), put_in, taken_out, unit)
            for consumed, produced, kinds, put_in, taken_out, unit in cursor.fetchall()
        ]
