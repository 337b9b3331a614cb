"""The thread of issue 2 on the floor: five venturis, one oversize, one undersize; made 5, good 4."""

from __future__ import annotations

from decimal import Decimal

import pytest

from foundation.records.models import LedgerEntry
from quality.models import Nonconformance
from quality.services import close_nonconformance, decide_disposition, mark_executed, record_cause
from quality.services.dispositions import Choice
from resources.inventory.models import GenealogyLink, StockUnit
from shopfloor import services
from shopfloor.exceptions import ConfirmOutOfLimits
from shopfloor.models import StepRecord, WorkOrder
from shopfloor.selectors import abandoned_values, card_balance, card_view
from tests.factories.floor import complete, qualify, record, report, scan, started
from tests.factories.stock import released
from tests.shopfloor.venturi import venturi

pytestmark = pytest.mark.django_db


def numbers(card) -> dict[str, int]:
    balance = card_balance(card)
    assert balance.balanced
    return {name: getattr(balance, name) for name in ("arrived", "here", "good", "scrap", "rework", "held")}


def printed(run):
    """Operation 10 done: all five at operation 30."""
    resin = released("RESIN", "500", "g")
    card = started(run, 10)
    scan(run, card, resin.container)
    report(run, card, 5)
    complete(run, card)
    qualify(run.plant.user("operator"), "bench")
    return resin


@pytest.mark.requirement("FLR-01", "FLR-03", "QMS-06")
def test_made_five_released_four() -> None:
    run = venturi()
    resin = printed(run)
    link = GenealogyLink.objects.get(kind="consume")
    assert (link.consumed_lot_id, link.produced_lot_id, link.quantity) == (resin.lot_id, run.batch.lot_id, Decimal(100))
    assert StockUnit.objects.get(pk=resin.pk).quantity == Decimal(400)

    card = started(run, 30)
    record(run, card, "30.10", "done")
    for piece, value in ((1, "5.50"), (2, "5.48"), (3, "5.55")):
        assert record(run, card, "30.20", value, piece).outcome == "in"

    with pytest.raises(ConfirmOutOfLimits) as asked:  # a typo is caught before it counts
        record(run, card, "30.20", "55.1", 4)
    assert asked.value.details["value"] == "55.1"
    assert not StepRecord.objects.filter(unit_no=4).exists()
    over = record(run, card, "30.20", "5.61", 4, confirm_out_of_limits=True)
    assert (over.outcome, over.reaction) == ("above", "nonconform_unit")
    assert abandoned_values(card)[0]["value"] == "55.1"

    under = record(run, card, "30.20", "5.40", 5, confirm_out_of_limits=True)
    assert (under.outcome, under.reaction) == ("below", "rework_loop")
    assert record(run, card, "30.20", "5.47", 5).outcome == "in"
    assert [r.value for r in StepRecord.objects.filter(unit_no=5).order_by("pk")] == [
        "5.40",
        "5.47",
    ]  # all kept, as read
    assert numbers(card) == {"arrived": 5, "here": 4, "good": 0, "scrap": 0, "rework": 0, "held": 1}

    report(run, card, 3)  # three go on, one stays, one is held
    assert numbers(run.card(50)) == {"arrived": 3, "here": 3, "good": 0, "scrap": 0, "rework": 0, "held": 0}
    report(run, card, 1)
    complete(run, card)
    last = started(run, 50)
    for piece in (1, 2, 3, 5):
        record(run, last, "50.10", "ok", piece)
    report(run, last, 4)
    complete(run, last)
    assert WorkOrder.objects.get().state == "in_process"  # one piece waits for its disposition

    nonconformance = Nonconformance.objects.get()
    assert (nonconformance.quantity, nonconformance.unit_numbers) == (Decimal(1), [4])
    split_off = nonconformance.stock_unit
    assert (split_off.quantity, StockUnit.objects.get(pk=run.batch.stock_unit_id).quantity) == (Decimal(1), Decimal(4))
    choice = Choice(kind="scrap", quantity=Decimal(1), justification="Oversize throat cannot be made smaller")
    decided = decide_disposition(
        actor=run.plant.quality, nonconformance_id=nonconformance.pk, choice=choice,
        credentials=run.plant.sign("quality"),
    )  # fmt: skip
    mark_executed(actor=run.plant.quality, disposition_id=decided.pk, note="In the red bin")
    assert numbers(card) == {"arrived": 5, "here": 0, "good": 4, "scrap": 1, "rework": 0, "held": 0}
    assert StockUnit.objects.get(pk=split_off.pk).quantity == 0
    order = WorkOrder.objects.get()
    assert (order.state, order.completed_at is not None) == ("completed", True)

    record_cause(
        actor=run.plant.quality, nonconformance_id=nonconformance.pk, cause_code="tool-wear", cause="Worn reamer"
    )
    assert close_nonconformance(actor=run.plant.quality, nonconformance_id=nonconformance.pk).state == "closed"


def test_the_card_view_shows_the_next_step_and_hides_nothing() -> None:
    run = venturi()
    printed(run)
    view = card_view(started(run, 30), run.plant.operator)
    assert (view.next.key, view.next.piece, view.clocked_in) == ("30.10", None, True)
    assert view.balance.here == 5
    record(run, view.card, "30.10", "done")
    view = card_view(view.card, run.plant.operator, piece=3)
    assert (view.next.key, view.next.piece, view.next.parameter["lower"]) == ("30.20", 3, "5.45")
    assert [gate.gate for gate in view.gates] == ["man", "machine", "material", "method", "environment", "order"]
    assert view.open_gates


def test_every_act_is_in_the_ledger() -> None:
    run = venturi()
    printed(run)
    verbs = list(
        LedgerEntry.objects.filter(verb__startswith="shopfloor.").order_by("id").values_list("verb", flat=True)
    )
    assert verbs == [
        "shopfloor.order.planned",
        "shopfloor.order.dispatched",
        "shopfloor.card.started",
        "shopfloor.container.scanned",
        "shopfloor.production.reported",
        "shopfloor.card.completed",
    ]


def test_a_rework_disposition_goes_through_an_inline_card() -> None:
    run = venturi()
    printed(run)
    card = started(run, 30)
    record(run, card, "30.10", "done")
    record(run, card, "30.20", "5.60", 1, confirm_out_of_limits=True)
    found = Nonconformance.objects.get()
    choice = Choice(kind="rework", quantity=Decimal(1), justification="Sleeve it")
    decided = decide_disposition(
        actor=run.plant.quality, nonconformance_id=found.pk, choice=choice, credentials=run.plant.sign("quality")
    )
    assert numbers(card)["rework"] == 1
    rework = run.card(30, kind="rework")
    assert (rework.number, rework.origin_id) == (f"{card.number}-R1-30", card.pk)
    services.start_card(actor=run.plant.operator, card_id=rework.pk)
    record(run, rework, "30.10", "done")
    record(run, rework, "30.20", "5.50", 1)
    report(run, rework, 1)
    complete(run, rework)
    decided.refresh_from_db()
    assert decided.executed_at is not None
    assert numbers(card) == {"arrived": 5, "here": 4, "good": 1, "scrap": 0, "rework": 0, "held": 0}
    for piece in (2, 3, 4, 5):
        record(run, card, "30.20", "5.50", piece)
    report(run, card, 4)
    complete(run, card)
    assert numbers(run.card(50))["here"] == 5
