"""Where an item is used, up to the finished devices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from bom.models import Item
from bom.selectors.structure import ONE

MAX_LEVELS = 100
_UP = """
WITH RECURSIVE standing (id, item_id, number, state) AS NOT MATERIALIZED (
    SELECT r.id, r.item_id, r.number, r.state FROM bom_bomrevision r WHERE r.id = (
        SELECT c.id FROM bom_bomrevision c WHERE c.item_id = r.item_id AND c.state <> 'retired'
        ORDER BY (c.state = 'approved') DESC, c.sequence DESC LIMIT 1)
), up (line_id, parent_id, revision_id, level) AS (
    SELECT l.id, s.item_id, s.id, 1
    FROM bom_bomline l JOIN standing s ON s.id = l.revision_id WHERE l.component_id = %s
    UNION
    SELECT l.id, s.item_id, s.id, up.level + 1
    FROM up JOIN bom_bomline l ON l.component_id = up.parent_id JOIN standing s ON s.id = l.revision_id
    WHERE up.level < %s
)
SELECT up.level, i.id, i.number, i.name ->> 'en', i.name ->> 'zh-hans', r.id, r.number, r.state, l.position,
       l.component_id, l.quantity, l.unit, l.optional OR l.alternate_of <> '[]'::jsonb OR l.used_with <> '', l.cut_from <> ''
FROM up JOIN bom_bomline l ON l.id = up.line_id JOIN bom_bomrevision r ON r.id = up.revision_id
JOIN bom_item i ON i.id = up.parent_id
ORDER BY up.level, i.number, l.position
"""


class _Row(NamedTuple):
    level: int
    item_id: int
    item_number: str
    name_en: str | None
    name_zh: str | None
    revision_id: int
    revision_number: str
    state: str
    position: str
    component_id: int
    quantity: Decimal
    unit: str
    conditional: bool
    cut: bool


@dataclass(frozen=True, slots=True)
class WhereUsed:
    """One line in which the item, or an assembly that contains it, is used. ``quantity_below``: how much of the item one
    piece of ``item_number`` takes altogether by what the default build takes (None where only as optional or alternate)."""

    level: int
    item_id: int
    item_number: str
    name: dict[str, str]
    revision_id: int
    revision_number: str
    state: str
    position: str
    component_id: int
    quantity: Decimal
    unit: str
    conditional: bool
    is_top: bool
    quantity_below: Decimal | None


def where_used(item: Item | int, *, to_top: bool = True) -> list[WhereUsed]:
    """Where an item is used by the current revisions, level by level up to the finished devices. One query."""
    item_id = item if isinstance(item, int) else item.pk
    with connection.cursor() as cursor:
        cursor.execute(_UP, [item_id, MAX_LEVELS if to_top else 1])
        rows = [_Row._make(row) for row in cursor.fetchall()]
    used = {row.component_id for row in rows}
    below = _quantities_below(item_id, rows)
    return [
        WhereUsed(
            level=row.level,
            item_id=row.item_id,
            item_number=row.item_number,
            name={"en": row.name_en or "", "zh-hans": row.name_zh or ""},
            revision_id=row.revision_id,
            revision_number=row.revision_number,
            state=row.state,
            position=row.position,
            component_id=row.component_id,
            quantity=row.quantity,
            unit=row.unit,
            conditional=row.conditional or row.cut,
            is_top=row.item_id not in used,
            quantity_below=below.get(row.item_id),
        )
        for row in rows
    ]


def _quantities_below(item_id: int, rows: Iterable[_Row]) -> dict[int, Decimal]:
    """How much of the item one piece of each parent takes, over every way down. Each line once, whatever its levels."""
    edges: dict[int, dict[tuple[int, str], tuple[int, Decimal]]] = defaultdict(dict)
    for row in rows:
        if not (row.conditional or row.cut):
            edges[row.item_id][(row.revision_id, row.position)] = (row.component_id, row.quantity)
    totals: dict[int, Decimal] = {item_id: ONE}

    def total(parent: int, above: frozenset[int]) -> Decimal:
        if parent not in totals and parent not in above:
            ways = edges[parent].values() if parent in edges else ()
            totals[parent] = sum((amount * total(below, above | {parent}) for below, amount in ways), Decimal())
        return totals.get(parent, Decimal())

    return {parent: amount for parent in list(edges) if (amount := total(parent, frozenset()))}
