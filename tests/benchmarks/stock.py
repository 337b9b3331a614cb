"""Complete a thousand serials of ten components in one act; what a release asks of stock."""

from __future__ import annotations

import time
from decimal import Decimal

from foundation.records.act import act
from foundation.records.models import LedgerEntry
from resources.inventory import services
from resources.inventory.models import GenealogyLink, Lot, StockUnit
from resources.inventory.selectors import holds_of_units, stock_differences
from resources.inventory.services import Consumption, Production
from tests.benchmarks import Row, exponent
from tests.benchmarks import _stock as stock

SIZES = (250, 500, 1_000)
COMPONENTS, LOTS_EACH = 10, 4


def run() -> list[Row]:
    taken = {size: min(_complete(size, attempt) for attempt in range(3)) for size in SIZES}
    return [
        Row(
            "1,000 serials × 10 tracked lots: genealogy, stock, history, ledger, one act",
            taken[1_000],
            2_500,
            note=f"exponent {exponent(taken):.2f}; {1_000_000 / taken[1_000]:,.0f} serials a second",
            sizes={str(size): round(value, 1) for size, value in taken.items()},
        )
    ]


def _complete(size: int, attempt: int) -> float:
    """Holds asked once per container, serials opened, links and movements written, containers made. Milliseconds."""
    mark = f"{size}-{attempt}-{LedgerEntry.objects.count()}"
    where = stock.place("BENCH-WIP", "production")
    components = [_containers(number, mark, size) for number in range(COMPONENTS)]
    parent = services.open_lot(actor=stock.ACTOR, item_id=stock.item("BENCH-DEVICE").pk, number=f"B-{mark}")
    before, entries = GenealogyLink.objects.count(), LedgerEntry.objects.count()
    start = time.perf_counter()
    with act(actor=stock.ACTOR, verb="bench.serials.completed", about=parent) as this:
        units = StockUnit.objects.select_related("lot").filter(pk__in=[pk for keys in components for pk in keys])
        if any(holds_of_units(list(units)).values()):
            raise AssertionError("A container is held")
        lots = services.open_serials(
            actor=stock.ACTOR, parent_lot_id=parent.pk, serials=[f"SN-{mark}-{number:04d}" for number in range(size)]
        )
        rows = [
            Consumption(
                keys[number % LOTS_EACH], Decimal(1), lot.pk, card_id=parent.pk, step_key="30.10", position=f"A{at}"
            )
            for number, lot in enumerate(lots)
            for at, keys in enumerate(components, start=1)
        ]
        services.consume_many(actor=stock.ACTOR, rows=rows)
        services.produce_many(
            actor=stock.ACTOR, rows=[Production(lot.pk, Decimal(1), parent.pk) for lot in lots], place=where
        )
        this.note(serials=[lot.serial for lot in lots])
    taken = (time.perf_counter() - start) * 1000
    if GenealogyLink.objects.count() - before != size * (COMPONENTS + 1) or LedgerEntry.objects.count() - entries != 1:
        raise AssertionError("Not every serial has its links, or there is more than one ledger entry")
    if list(stock_differences()) or Lot.objects.filter(parent_lot=parent).count() != size:
        raise AssertionError("Stock is not the sum of its movements")
    return taken


def _containers(component: int, mark: str, size: int) -> list[int]:
    """Containers of the four lots of a component, with enough for all."""
    part = stock.item(f"BENCH-PART-{component}")
    where = stock.place("BENCH-WH", "stock")
    keys = []
    for number in range(LOTS_EACH):
        lot = services.open_lot(actor=stock.ACTOR, item_id=part.pk, number=f"P-{mark}-{number}")
        unit = services.produce(
            actor=stock.ACTOR, lot_id=lot.pk, quantity=Decimal(size), place=where, status="quarantine"
        )
        keys.append(unit.pk)
    return keys
