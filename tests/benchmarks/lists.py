"""List pages of stock and text search in them, at 120,000 lots and 230,000 movements."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.roles import CATALOGUE
from foundation.accounts.models import User
from foundation.accounts.services import assign_role, create_user, sync_roles
from resources.inventory.models import Lot, Movement, StockUnit
from tests.benchmarks import Row, timed
from tests.benchmarks import _stock as stock
from tests.factories.people import end_of

LOTS, MOVEMENTS, MOST_QUERIES = 120_000, 230_000, 25
PAGES = (
    ("lots", "/inventory/lots/", 40),
    ("lots, text search", "/inventory/lots/?q=K-0077", 60),
    ("stock", "/inventory/stock/", 40),
    ("stock, text search", "/inventory/stock/?q={container}", 60),
)


def run() -> list[Row]:
    _plant()
    client = reader()
    container = StockUnit.objects.order_by("pk").values_list("container", flat=True)[LOTS // 2]
    rows = []
    for name, address, budget in PAGES:
        url = address.format(container=container)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url)
        asked = len(queries)  # counted now: the next request empties the log
        if answer.status_code != 200 or not 0 < asked <= MOST_QUERIES:
            raise AssertionError(f"{url}: status {answer.status_code}, {asked} queries")
        taken = timed(lambda url=url: client.get(url), repeat=5)
        rows.append(Row(f"list page of 50: {name}", taken, budget, note=f"{asked} queries"))
    return rows


def _plant() -> None:
    """Lots with a container each, and movements up to the number, made once."""
    if Lot.objects.filter(number="K-000000").exists():
        return
    parts = [stock.item(f"BENCH-LIST-{number}") for number in range(20)]
    keys = stock.lots([(parts[n % 20].pk, f"K-{n:06d}", "") for n in range(LOTS)], stock.supplier().pk)
    warehouse, supplier = stock.place("BENCH-WH", "stock"), stock.place("BENCH-SUP", "supplier")
    stock.containers(keys, warehouse, supplier, "receive")
    units = list(StockUnit.objects.filter(lot_id__in=keys[: MOVEMENTS - LOTS]).values_list("pk", flat=True))
    stock.moves(units, warehouse)
    if Movement.objects.count() < MOVEMENTS:
        raise AssertionError("There are fewer movements than the budget speaks of")
    stock.vacuum("inventory_lot", "inventory_stockunit", "inventory_movement", "bom_item")


def reader() -> Client:
    sync_roles(actor=stock.ACTOR, catalogue=CATALOGUE)
    user = User.objects.filter(username="bench-reader").first()
    if user is None:
        user = create_user(actor=stock.ACTOR, username="bench-reader", name="Bench Reader")
        assign_role(actor=stock.ACTOR, user_id=user.pk, role="auditor", valid_until=end_of("auditor"))
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client
