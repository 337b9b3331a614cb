"""Lists of orders, batches, cards and batch records, and the search box, at 100,000 orders; how a list grows with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bom.models import Item
from dhr.models import DeviceHistoryRecord
from foundation.core import clock
from routing.models import ProcessCard
from shopfloor.models import ProductionBatch, WorkCard, WorkOrder
from tests.benchmarks import Row, exponent, timed
from tests.benchmarks import _stock as stock
from tests.benchmarks.lists import MOST_QUERIES, reader
from tests.factories.floor import made_item, operation, process_card, step

SIZES = (25_000, 50_000, 100_000)
LIST, SEARCH = 40.0, 60.0
# name, address, budget, what the page must show
PAGES = (
    ("orders", "/orders/", LIST, "KO-099999"),
    ("orders, text search", "/orders/?q=KO-0777", SEARCH, "KO-077799"),
    ("batches", "/batches/", LIST, "KB-099999"),
    ("batches, text search", "/batches/?q=KB-077777", SEARCH, "KB-077777"),
    ("batch records", "/batch-records/", LIST, "KD-099999"),
    ("batch records, text search", "/batch-records/?q=KL-077777", SEARCH, "KD-077777"),
    ("work cards (API)", "/api/v1/cards/", LIST, "KC-"),
    ("search box: an order's number", "/search/?q=KO-077777&all=1", SEARCH, "KO-077777"),
    ("search box: a part of many numbers", "/search/?q=0777&all=1", SEARCH, "KO-"),
)


def run() -> list[Row]:
    client = reader()
    item = made_item("BENCH-ORDERS")
    card = process_card(item, [operation(10, step("10.10"))])
    grown = {}
    for before, size in pairwise((0, *SIZES)):
        if not WorkOrder.objects.filter(number=f"KO-{size - 1:06d}").exists():
            _orders(item, card, range(before, size))
        grown[size] = timed(lambda: client.get("/orders/"))
    rows = [_page(client, *page) for page in PAGES]
    rows[0].note += f"; exponent over orders {exponent(grown):.2f}"
    rows[0].sizes = {str(size): round(value, 2) for size, value in grown.items()}
    return rows


def _page(client: Client, name: str, address: str, budget: float, shown: str) -> Row:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    asked = len(queries)
    if answer.status_code != 200 or shown not in answer.content.decode() or asked > MOST_QUERIES:
        raise AssertionError(f"{address}: status {answer.status_code}, {asked} queries, {shown} expected")
    label = name if name.startswith("search box") else f"list page of 50: {name}"
    return Row(f"{label}, 100,000 orders", timed(lambda: client.get(address)), budget, note=f"{asked} queries")


def _orders(item: Item, card: ProcessCard, numbers: range) -> None:
    """Completed orders with a lot, a batch, a work card and a batch record each."""
    now, where = clock.now().isoformat(), stock.site().pk
    lots = stock.lots([(item.pk, f"KL-{n:06d}", "") for n in numbers])
    orders, batches, cards, records = (
        stock.ids(model, len(numbers)) for model in (WorkOrder, ProductionBatch, WorkCard, DeviceHistoryRecord)
    )
    _copy(
        WorkOrder,
        ("number", "item_id", "variant", "quantity", "unit", "kind", "state", "held_from", "process_card_id", "site_id",
         "note", "planned_at"),
        orders,
        lambda at: (f"KO-{numbers[at]:06d}", item.pk, "", 1, "pcs", "production", "completed", "", card.pk, where, "", now),
    )  # fmt: skip
    _copy(
        ProductionBatch,
        ("number", "order_id", "lot_id", "quantity"),
        batches,
        lambda at: (f"KB-{numbers[at]:06d}", orders[at], lots[at], 1),
    )
    _copy(
        WorkCard,
        ("number", "order_id", "batch_id", "process_card_id", "operation", "sequence", "work_center", "kind",
         "rework_cycle", "state", "first_piece_accepted"),
        cards,
        lambda at: (f"KC-{numbers[at]:06d}", orders[at], batches[at], card.pk, 10, 1, "BENCH", "normal", 0, "completed",
                    False),
    )  # fmt: skip
    _copy(
        DeviceHistoryRecord,
        ("number", "batch_id", "lot_id", "state", "opened_at"),
        records,
        lambda at: (f"KD-{numbers[at]:06d}", batches[at], lots[at], "released", now),
    )
    tables = [model._meta.db_table for model in (WorkOrder, ProductionBatch, WorkCard, DeviceHistoryRecord)]
    stock.vacuum(*tables, "inventory_lot")


def _copy(model: type, columns: Sequence[str], keys: Sequence[int], row: Callable[[int], tuple[object, ...]]) -> None:
    rows = ((key, *row(at)) for at, key in enumerate(keys))
    stock.copy(model, ("id", *columns), rows, history=True)
