"""Check a routing against a BOM of 500 lines, build its process card, and compare two of them."""

from __future__ import annotations

from decimal import Decimal

from bom.models import BomLine, BomRevision, Item
from config.roles import CATALOGUE
from foundation.accounts.services import sync_roles
from foundation.records.act import act
from foundation.records.models import bulk_create_tracked
from routing import services
from routing.checks import blocking, validate_routing
from routing.models import RoutingRevision
from routing.selectors import card_content, compare_contents, routing_content
from tests.benchmarks import Row, exponent, timed
from tests.benchmarks import _stock as stock

LINES = (125, 250, 500)
OPERATIONS = 10
BUDGET = 150.0  # numbers.md: validate a 500-line BOM for release; compare two
TEXT = {"en": "Fit parts", "zh-hans": "安装零件"}


def run() -> list[Row]:
    sync_roles(actor=stock.ACTOR, catalogue=CATALOGUE)
    checked: dict[float, float] = {}
    for lines in LINES:
        revision = _routing(lines)
        if blocking(validate_routing(revision)):
            raise AssertionError("The routing of the benchmark is complete, but the checks say otherwise")
        checked[lines] = timed(lambda revision=revision: validate_routing(revision))
    content = routing_content(revision)
    changed = routing_content(revision)
    for operation in changed["operations"]:
        operation["run_minutes"] = "7"
    if len(list(compare_contents(content, changed))) != OPERATIONS:
        raise AssertionError("Each operation differs in one field")
    return [
        Row(
            "validate a routing on a 500-line BOM",
            checked[500],
            budget=BUDGET,
            note=f"exponent over lines {exponent(checked):.2f}",
            sizes={str(size): round(value, 2) for size, value in checked.items()},
        ),
        Row("process card of a 500-line BOM, content", timed(lambda: card_content(revision)), budget=BUDGET),
        Row("compare two routings on 500-line BOMs", timed(lambda: _compared(revision)), budget=BUDGET),
    ]


def _compared(revision: RoutingRevision) -> int:
    return len(list(compare_contents(routing_content(revision), routing_content(revision))))


def _routing(lines: int) -> RoutingRevision:
    """One assembly of so many different parts, spread over ten operations."""
    number = f"BENCH-ROUTING-{lines}"
    found = RoutingRevision.objects.filter(item__number=number).select_related("item", "bom_revision__item").first()
    if found is not None:
        return found
    bom = _bom(number, lines)
    actor = stock.ACTOR
    revision = services.start_routing(actor=actor, item_id=bom.item_id, bom_revision_id=bom.pk)
    share = lines // OPERATIONS
    for place in range(OPERATIONS):
        operation = services.add_operation(
            actor=actor,
            revision_id=revision.pk,
            name=TEXT,
            work_center="BENCH",
            run_minutes=Decimal(5),
            qualifications=["bench-assembly"],
        )
        last = lines if place == OPERATIONS - 1 else (place + 1) * share
        positions = [f"A{n}" for n in range(place * share, last)]
        services.allocate_rest(actor=actor, operation_id=operation.pk, positions=positions)
        services.add_step(
            actor=actor,
            operation_id=operation.pk,
            kind="material_scan",
            when_rule="card_start",
            instruction=TEXT,
            materials=positions,
        )
    return RoutingRevision.objects.select_related("item", "bom_revision__item").get(pk=revision.pk)


def _bom(number: str, lines: int) -> BomRevision:
    item = stock.made(Item, number=number, name=TEXT, make_or_buy="make", kind="assembly")
    bom = stock.made(BomRevision, number=f"{number}/A", item=item, revision="A", sequence=1)
    with act(actor=stock.ACTOR, verb="bench.bom.made"):
        parts = [Item(number=f"{number}-{n}", name=TEXT) for n in range(lines)]
        bulk_create_tracked(Item, parts)
        rows = [
            BomLine(revision=bom, position=f"A{n}", component=part, quantity=1, unit="pcs")
            for n, part in enumerate(parts)
        ]
        bulk_create_tracked(BomLine, rows)
    return bom
