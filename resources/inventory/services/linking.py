"""Write many links of genealogy in one statement: model by model, ten thousand of them would take a second more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from foundation.records.context import require_act
from resources.inventory.models import GenealogyLink, StockUnit
from resources.inventory.states import LinkKind


@dataclass(frozen=True, slots=True)
class Consumption:
    """``quantity`` of a container goes into a lot. ``unit`` "" = the container's."""

    stock_unit_id: int
    quantity: Decimal
    produced_lot_id: int
    card_id: int | None = None
    step_key: str = ""
    position: str = ""
    unit: str = ""


_INSERT = """
INSERT INTO inventory_genealogylink
  (tx, consumed_lot_id, produced_lot_id, kind, quantity, unit, stock_unit_id, card_id, step_key, position, at)
SELECT 0, r.*, %s FROM unnest(
  %s::bigint[], %s::bigint[], %s::text[], %s::numeric[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[]) r
RETURNING id
"""


def insert_links(
    rows: Sequence[Consumption], quantities: Sequence[Decimal], containers: Mapping[int, StockUnit]
) -> list[int]:
    """The links of these rows, in their order, under the current act; ``quantities`` in the unit of each container."""
    GenealogyLink.enter_act()
    units = [containers[row.stock_unit_id] for row in rows]
    columns: list[list[Any]] = [
        [unit.lot_id for unit in units],
        [row.produced_lot_id for row in rows],
        [str(LinkKind.CONSUME)] * len(rows),
        list(quantities),
        [unit.unit for unit in units],
        [unit.pk for unit in units],
        [row.card_id for row in rows],
        [row.step_key for row in rows],
        [row.position for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [require_act("GenealogyLink").at, *columns])
        return [row[0] for row in cursor.fetchall()]
