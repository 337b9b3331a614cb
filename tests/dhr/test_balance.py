"""The sums of a record come from books that different services write; each is made unequal here, and named."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dhr.compile import record_content
from dhr.compile.balance import material_balance
from dhr.compile.units import quantities
from dhr.exceptions import NotReleasable
from foundation.core import clock
from foundation.records.act import act
from quality.models import Nonconformance
from quality.services import decide_disposition, mark_executed
from quality.services.dispositions import Choice
from resources.inventory import services as inventory
from resources.inventory.models import Movement, StockUnit
from shopfloor import services
from shopfloor.models import PieceMove, ProductionReport
from tests.factories.floor import Running, complete, now_and_key, record, report, scan, started
from tests.factories.people import SETUP
from tests.factories.records import (
    blockers,
    built_plates,
    codes,
    cut,
    measure,
    plates,
    record_of,
    release,
    review,
    scope_of,
)
from tests.factories.stock import place, released

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("TRC-12")]


def unequal(run: Running) -> list[tuple[str, str, str]]:
    checks = quantities(scope_of(run))["checks"]
    return [(check["code"], check["left"], check["right"]) for check in checks if not check["balanced"]]


def material(run: Running) -> dict[str, Any]:
    [row] = material_balance(scope_of(run))
    return row


def test_a_whole_record_balances_with_exact_figures_and_is_released() -> None:
    run = built_plates()
    sums = quantities(scope_of(run))
    assert (sums["in"], sums["good"], sums["scrap"], sums["balanced"]) == ("5", "5", "0", True)
    assert sums["stock"] == {
        "made": "5", "scrapped": "0", "destroyed": "0", "used": "0", "there": "5",
        "quarantine": "0", "released": "0", "rejected": "0", "in_process": "5",
    }  # fmt: skip
    row = material(run)
    lots = row.pop("lots")
    assert row == {
        "item_number": "ACRYLIC", "item_name": {"en": "Acrylic", "zh-hans": "ACRYLIC"},
        "unit": "cm2", "planned": "300", "issued": "300",
        "used": "300", "scrapped": "0", "in_work": "0", "retained": "0", "returned": "0", "taken_out": "0",
        "over_issued": "0", "allowance": "30", "difference": "0", "balanced": True, "note": "",
    }  # fmt: skip
    assert [(lot["booked"], lot["linked"], lot["entered"]) for lot in lots] == [("300", "300", "300")]
    assert codes(run) == []
    review(run)
    assert codes(run, for_release=True) == []
    assert release(run).quantity == Decimal(5)
    after = quantities(scope_of(run))
    assert (after["stock"]["released"], after["released"], after["balanced"]) == ("5", Decimal(5), True)


def test_material_in_scrapped_pieces_is_told_apart() -> None:
    run = plates()
    cut(run, 5)
    card = started(run, 20)
    for piece in (1, 2, 3, 4):
        record(run, card, "20.10", "10", piece)
    record(run, card, "20.10", "10.5", 5, confirm_out_of_limits=True)
    report(run, card, 4)
    complete(run, card)
    found = Nonconformance.objects.get()
    assert "nonconformance-open" in codes(run)
    decided = decide_disposition(
        actor=run.plant.quality, nonconformance_id=found.pk, credentials=run.plant.sign("quality"),
        choice=Choice(kind="scrap", quantity=Decimal(1), justification="Too wide"),
    )  # fmt: skip
    mark_executed(actor=run.plant.quality, disposition_id=decided.pk)
    sums, row = quantities(scope_of(run)), material(run)
    assert (sums["good"], sums["scrap"], sums["stock"]["scrapped"], sums["stock"]["there"]) == ("4", "1", "1", "4")
    assert (row["issued"], row["used"], row["scrapped"], row["difference"]) == ("300", "240", "60", "0")
    assert codes(run) == []


def test_what_was_reported_as_scrap_leaves_the_stock() -> None:
    run = plates(3)
    cut(run, 3)
    card = started(run, 20)
    services.report_production(
        actor=run.plant.operator, card_id=card.pk, scrap=2, scrap_code="scratch", **now_and_key()
    )
    [found] = Nonconformance.objects.all()
    decided = decide_disposition(
        actor=run.plant.quality, nonconformance_id=found.pk, credentials=run.plant.sign("quality"),
        choice=Choice(kind="scrap", quantity=Decimal(2), justification="Scratched"),
    )  # fmt: skip
    mark_executed(actor=run.plant.quality, disposition_id=decided.pk)
    sums = quantities(scope_of(run))
    assert (sums["scrap"], sums["stock"]["scrapped"], sums["stock"]["there"]) == ("2", "2", "1")


def test_a_move_of_pieces_that_were_not_there_is_named() -> None:
    run = built_plates()
    card = run.card(20)
    with act(actor=SETUP, verb="tests.damaged"):
        PieceMove(
            card=card, source="here", target="good", quantity=1, pieces=[3], why="reported", at=clock.now()
        ).save()
    assert unequal(run) == [("move", "1", "0")]
    [blocker] = blockers(run)
    assert (blocker.code, card.number in blocker.text) == ("quantity-imbalance", True)


def test_a_move_that_counts_more_than_it_names_is_named() -> None:
    run = built_plates()
    with act(actor=SETUP, verb="tests.damaged"):
        PieceMove(
            card=run.card(10), source="outside", target="here", quantity=2, pieces=[6], why="arrived", at=clock.now()
        ).save()
    assert unequal(run) == [("card", "7", "6"), ("move", "2", "1"), ("started", "6", "5")]


def test_a_report_that_says_more_than_moved_is_named() -> None:
    run = built_plates()
    first = ProductionReport.objects.order_by("pk").first()
    with act(actor=SETUP, verb="tests.damaged"):
        first.pk, first.good, first.idempotency_key = None, 2, now_and_key()["idempotency_key"]
        first._state.adding = True
        first.save(force_insert=True)
    assert unequal(run) == [("report-good", "2", "0")]


def test_stock_scrapped_beside_the_pieces_blocks_the_release() -> None:
    """Through the services: somebody throws two away without saying it on the card."""
    run = built_plates()
    inventory.scrap_stock(
        actor=run.plant.quality, stock_unit_id=run.batch.stock_unit_id, quantity=Decimal(2), reason="Dropped"
    )
    assert unequal(run) == [("stock-scrapped", "0", "2"), ("stock-there", "5", "3")]
    with pytest.raises(NotReleasable) as refused:
        review(run)
    found = [one["code"] for one in refused.value.details["blockers"]]
    assert found == ["quantity-imbalance", "quantity-imbalance"]
    record_made = record_of(run)
    assert (record_made.state, record_made.versions.count()) == ("growing", 0)


def test_scrap_of_released_stock_is_no_scrap_of_production() -> None:
    run = built_plates()
    review(run)
    release(run)
    inventory.scrap_stock(
        actor=run.plant.quality, stock_unit_id=run.batch.stock_unit_id, quantity=Decimal(1), reason="Dropped"
    )
    assert unequal(run) == []


def test_more_stock_made_than_pieces_started_is_named() -> None:
    run = built_plates()
    inventory.produce(actor=SETUP, lot_id=run.batch.lot_id, quantity=Decimal(1), place=place("PROD"))
    assert unequal(run) == [("stock-made", "5", "6"), ("stock-there", "5", "6")]


def test_stock_that_differs_from_its_movements_is_named() -> None:
    run = built_plates()
    with act(actor=SETUP, verb="tests.damaged"):
        unit = StockUnit.objects.get(pk=run.batch.stock_unit_id)
        unit.quantity = Decimal(4)
        unit.save()
    assert unequal(run) == [("stock-moved", "4", "5"), ("stock-there", "5", "4")]


def test_stock_marked_released_without_a_release_is_named() -> None:
    run = built_plates()
    with act(actor=SETUP, verb="tests.damaged"):
        unit = StockUnit.objects.get(pk=run.batch.stock_unit_id)
        unit.status = "released"
        unit.save()
    assert unequal(run) == [("stock-released", "0", "5")]


def test_material_that_nobody_entered_is_named_with_its_lot() -> None:
    """Through the services: used beside the card, in the same lot."""
    run = built_plates()
    more = released("ACRYLIC", "100", "cm2", supplier_lot="S-2")
    inventory.consume(
        actor=run.plant.operator, stock_unit_id=more.pk, quantity=Decimal(10), produced_lot_id=run.batch.lot_id,
        card_id=run.card(10).pk, position="A1",
    )  # fmt: skip
    row = material(run)
    assert (row["difference"], row["balanced"]) == ("10", False)
    assert [(lot["booked"], lot["linked"], lot["entered"]) for lot in row["lots"]] == [
        ("300", "300", "300"), ("10", "10", "0"),
    ]  # fmt: skip
    [blocker] = blockers(run)
    assert (blocker.code, more.lot.number in blocker.text) == ("material-imbalance", True)


def test_a_movement_without_its_link_is_named() -> None:
    run = built_plates()
    source = Movement.objects.get(kind="consume")
    with act(actor=SETUP, verb="tests.damaged"):
        source.pk, source.quantity, source.change = None, Decimal(7), Decimal(-7)
        source._state.adding = True
        source.save(force_insert=True)
    [lot] = material(run)["lots"]
    assert (lot["booked"], lot["linked"], lot["entered"], lot["difference"]) == ("307", "300", "300", "7")
    assert codes(run) == ["material-imbalance"]


def test_what_is_taken_out_again_is_told_where_it_went() -> None:
    run = plates(2)
    card = started(run, 10)
    container = released("ACRYLIC", "1000", "cm2")
    wrong = scan(run, card, container.container)
    for target, out in (("WH-A", "20"), ("SCRAP", "10")):
        services.remove_part(
            actor=run.plant.leader, record_id=wrong.record.pk, reason="Cracked", quantity=Decimal(out),
            return_to_id=place(target, "scrap" if target == "SCRAP" else "stock").pk, **now_and_key(),
        )  # fmt: skip
    scan(run, card, container.container)
    report(run, card, 2)
    complete(run, card)
    measure(run, 1, 2)
    row = material(run)
    assert (row["issued"], row["returned"], row["taken_out"], row["used"], row["difference"]) == (
        "150", "20", "10", "120", "0",
    )  # fmt: skip
    assert codes(run) == []


def test_over_issue_within_the_limit_is_an_exception_and_beyond_it_the_leaders() -> None:
    run = plates(2)
    card = started(run, 10)
    container = released("ACRYLIC", "1000", "cm2")
    scan(run, card, container.container, quantity=Decimal(130))
    report(run, card, 2)
    complete(run, card)
    measure(run, 1, 2)
    row = material(run)
    assert (row["over_issued"], row["allowance"], row["difference"], row["balanced"]) == ("10", "13", "0", True)
    [told] = [one for one in _exceptions(run) if one["code"] == "over-issue"]
    assert "10 cm²" in told["text"]
    assert codes(run) == []


def test_the_leaders_over_issue_is_told_with_the_leader() -> None:
    run = plates(2)
    services.read_card(actor=run.plant.leader, card_id=run.card(10).pk)
    card = started(run, 10)
    services.clock_in(actor=run.plant.leader, card_id=card.pk)
    scan(run, card, released("ACRYLIC", "1000", "cm2").container, quantity=Decimal(180), actor=run.plant.leader)
    report(run, card, 2)
    complete(run, card)
    measure(run, 1, 2)
    row = material(run)
    assert (row["over_issued"], row["balanced"], row["note"]) == ("60", True, "accepted by Leader")


def _exceptions(run: Running) -> list[dict[str, Any]]:
    return record_content(scope_of(run))["exceptions"]
