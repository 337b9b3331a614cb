"""The floor: record a step (1 tablet, 16 tablets over HTTP), and complete 1,000 serials of ten lots each in one act."""

from __future__ import annotations

import contextlib
import json
import os
import time
from uuid import uuid4

import psycopg2
import psycopg2.extras

from bom.models import Item
from foundation.core import clock
from resources.inventory.models import GenealogyLink, StockUnit
from shopfloor import services
from shopfloor.models import StepRecord, WorkCard
from tests.benchmarks import Row, percentile
from tests.benchmarks._http import Line, answered, at_once, floor, server
from tests.factories.floor import (
    Plant,
    Running,
    dispatched,
    line,
    made_item,
    operation,
    parameter,
    plant,
    process_card,
    read,
    started,
    step,
)
from tests.factories.people import bearer
from tests.factories.stock import item, released

TABLETS, STEPS_EACH = 16, 60
UNITS, COMPONENTS, LOTS = 1_000, 10, 4


def run() -> list[Row]:
    who = plant()
    return [*steps(who), units(who)]


def steps(who: Plant) -> list[Row]:
    """Each tablet has a card of its own, as on the floor; every request is an entry with its own key."""
    cards = [_reading_card(who, number) for number in range(TABLETS)]
    token = bearer(who.user("operator"))
    raw, bare = _raw_inserts(300), floor()
    with server("config.wsgi", "/api/v1/cards/") as port:
        alone, _seconds = _tablets(port, token, cards[:1], first=1)
        together, seconds = _tablets(port, token, cards, first=STEPS_EACH + 1)
    expected = STEPS_EACH * (TABLETS + 1)
    found = StepRecord.objects.filter(card__in=[card.pk for card in cards], step_key="10.10").count()
    if found != expected:
        raise AssertionError(f"{found} steps recorded, {expected} sent")
    rate = len(together) / seconds
    return [
        Row("record a step, 1 tablet: p95", percentile(alone, 0.95), 40, raw, bare.alone, note="raw: one INSERT and COMMIT"),
        Row("record a step, 16 tablets: steps a second", rate, 100, 1000 / raw, bare.rate, unit="/s", at_least=True),
        Row("record a step, 16 tablets: p95", percentile(together, 0.95), 250, raw, bare.together),
    ]  # fmt: skip


def _reading_card(who: Plant, number: int) -> WorkCard:
    made = made_item(f"BENCH-{number}")
    limits = parameter("bore", "5.45", "5.55")
    process_card(made, [operation(10, step("10.10", "reading", parameter=limits))])
    return started(dispatched(made, 2 * STEPS_EACH, who), 10)


def _raw_inserts(count: int) -> float:
    """The median milliseconds of one INSERT and COMMIT on a connection of its own, on the same server."""
    connection_ = psycopg2.connect(_url())
    taken = []
    with contextlib.closing(connection_), connection_.cursor() as cursor:
        for number in range(count):
            begun = time.perf_counter()
            cursor.execute(
                "INSERT INTO core_idempotencykey (key, scope, request_hash, response, created_at)"
                " VALUES (gen_random_uuid(), 'raw', %s, '{}', now())",
                [str(number)],
            )
            connection_.commit()
            taken.append((time.perf_counter() - begun) * 1000)
    return percentile(taken, 0.5)


def _url() -> str:
    """libpq's URL of the application's database."""
    return os.environ["DATABASE_URL"]


def _tablets(port: int, token: str, cards: list[WorkCard], *, first: int) -> tuple[list[float], float]:
    """Milliseconds of every step, and the seconds of the whole; pieces ``first`` and on."""

    def ask(number: int, turn: int, line_: Line) -> None:
        body = {
            "step_key": "10.10",
            "value": "5.50",
            "unit_no": first + turn,
            "captured_at": clock.now().isoformat(),
        }
        headers = {
            "Authorization": token,
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid4()),
        }
        line_.request("POST", f"/api/v1/cards/{cards[number].pk}/steps/", json.dumps(body), headers)
        answered(line_, 201)

    return at_once(port, len(cards), ask, STEPS_EACH)


def units(who: Plant) -> Row:
    """One order, 1,000 serials, ten lot-tracked components of four lots each, one piece per unit."""
    order, containers = _thousand(who)
    begun = time.perf_counter()
    done = services.complete_units(
        actor=who.operator, batch_id=order.batch.pk, operation=10, units=range(1, UNITS + 1), containers=containers,
        credentials=who.sign("operator"),
    )  # fmt: skip
    taken = (time.perf_counter() - begun) * 1000
    lots = order.batch.units.values("lot")
    if (
        done.links != UNITS * COMPONENTS
        or GenealogyLink.objects.filter(produced_lot__in=lots, kind="consume").count() != done.links
    ):
        raise AssertionError(f"{done.links} links")
    if StockUnit.objects.filter(
        container__in=[c for codes in containers.values() for c in codes], quantity__gt=0
    ).exists():
        raise AssertionError("material is left over")
    raw = _raw_links(order)
    return Row(
        "complete 1,000 serials × 10 lots in one act", taken, 2_500, raw=raw, note=f"{UNITS / taken * 1000:.0f} units/s"
    )


def _thousand(who: Plant) -> tuple[Running, dict[str, list[str]]]:
    made = made_item("BENCH-THOUSAND", "serial")
    components: list[Item] = [item(f"BENCH-C{number}", "pcs") for number in range(1, COMPONENTS + 1)]
    positions = [f"A{number}" for number in range(1, COMPONENTS + 1)]
    process_card(
        made,
        [operation(10, step("10.10", "material_scan", materials=positions)), operation(20, step("20.10"), after=(10,))],
        [line(position, component, "1", 10) for position, component in zip(positions, components, strict=True)],
    )
    order = dispatched(made, UNITS, who)
    read(who, order.card(10, 1))
    containers = {
        position: [
            released(component.number, str(UNITS // LOTS), "pcs", supplier_lot=f"{position}-{lot}").container
            for lot in range(LOTS)
        ]
        for position, component in zip(positions, components, strict=True)
    }
    return order, containers


def _raw_links(order: Running) -> float:
    """The same rows by bare SQL in one transaction: links, movements, card history; rolled back."""
    consumed = GenealogyLink.objects.filter(kind="consume").order_by("-pk")[: UNITS * COMPONENTS]
    links = [(row.consumed_lot_id, row.produced_lot_id, row.stock_unit_id, row.card_id) for row in consumed]
    begun = time.perf_counter()
    connection_ = psycopg2.connect(_url())
    with contextlib.closing(connection_), connection_.cursor() as cursor:
        psycopg2.extras.execute_values(
            cursor,
            "INSERT INTO inventory_genealogylink (tx, consumed_lot_id, produced_lot_id, kind, quantity, unit, stock_unit_id,"
            " card_id, step_key, position, at) VALUES %s",
            links,
            template="(0, %s, %s, 'consume', 1, 'pcs', %s, %s, '10.10', 'A1', now())",
            page_size=1000,
        )
        cursor.execute(
            "UPDATE shopfloor_workcard SET completed_at = now() WHERE batch_id = %s AND operation = 10",
            [order.batch.pk],
        )
        connection_.rollback()
    return (time.perf_counter() - begun) * 1000
