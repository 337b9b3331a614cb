"""Which stock a release may cover."""

from __future__ import annotations

from django.db.models import Q

from dhr.compile.scope import RecordScope
from resources.inventory.models import StockUnit
from resources.inventory.selectors import open_holds_on


def stock_of_record(scope: RecordScope) -> list[StockUnit]:
    """Stock that was made under this record, or split off from it, and is not released, scrapped or consumed."""
    lots = [lot.pk for lot in scope.lots]
    made = Q(lot__in=lots) | Q(lot__parent_lot__in=lots)
    rows = StockUnit.objects.filter(made, status="in_process", quantity__gt=0)
    return list(rows.select_related("lot", "place").order_by("pk"))


def releasable_units(scope: RecordScope) -> list[StockUnit]:
    """Of these, what no hold blocks."""
    return [unit for unit in stock_of_record(scope) if not open_holds_on(unit)]
