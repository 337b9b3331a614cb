"""Which stock a release may cover."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from dhr.compile.scope import RecordScope
from resources.inventory.models import GenealogyLink, StockUnit
from resources.inventory.selectors import open_holds_on
from resources.inventory.states import StockStatus


@dataclass(frozen=True, slots=True)
class Releasable:
    """A container in process: what is in it, and what was used out of it at risk before its release (net)."""

    unit: StockUnit
    used: Decimal

    @property
    def quantity(self) -> Decimal:
        """What a release of it releases."""
        return self.unit.quantity + self.used


def stock_of_record(scope: RecordScope) -> list[Releasable]:
    """Stock that was made under this record, or split off from it, and is neither released nor rejected nor scrapped.

    What was used at risk belongs to it: a batch that is wholly built into others is released all the same.
    """
    units = [unit for unit in scope.own_stock if unit.status == StockStatus.IN_PROCESS]
    used = _used([unit.pk for unit in units])
    rows = [Releasable(unit, used.get(unit.pk, Decimal(0))) for unit in units]
    return [row for row in rows if row.quantity > 0]


def _used(unit_ids: list[int]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    links = GenealogyLink.objects.filter(stock_unit__in=unit_ids, kind__in=["consume", "remove"])
    for unit_id, kind, quantity in links.values_list("stock_unit_id", "kind", "quantity"):
        found[unit_id] = found.get(unit_id, Decimal(0)) + (quantity if kind == "consume" else -quantity)
    return found


def releasable_units(scope: RecordScope) -> list[Releasable]:
    """Of these, what no hold blocks."""
    return [row for row in stock_of_record(scope) if not open_holds_on(row.unit)]
