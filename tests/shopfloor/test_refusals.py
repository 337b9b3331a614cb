"""Refused with a reason, kept in the ledger, nothing changed, and "report what happened" offered (issue 2, A3)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest

from changecontrol.exceptions import NoEffectiveCard
from foundation.core import clock, errors
from foundation.records.act import act
from foundation.records.models import LedgerEntry
from quality.models import Deviation
from quality.services import decide_deviation, raise_deviation
from quality.services.deviations import Departure
from quality.services.places import Found
from resources.inventory.models import GenealogyLink, Hold, HoldTarget, StockUnit
from resources.inventory.services import place_hold
from shopfloor import services
from shopfloor.exceptions import GateClosed, NotPossible, OutOfSequence, OverReported, SamePerson
from shopfloor.models import PieceMove, StepRecord, WorkCard
from tests.factories.floor import (
    complete,
    dispatched,
    equipment,
    line,
    made_item,
    operation,
    plant,
    process_card,
    read,
    record,
    report,
    scan,
    started,
    step,
)
from tests.factories.people import SETUP, site
from tests.factories.stock import item, received, released
from tests.shopfloor.test_venturi import printed
from tests.shopfloor.venturi import venturi

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("FLR-03")]


@contextmanager
def refused(code: str, kind: type[errors.Refusal] = errors.Refusal) -> Iterator[pytest.ExceptionInfo]:
    """The act is refused with this code, nothing of the floor is written, and the ledger has it with its reason."""
    before = (StepRecord.objects.count(), PieceMove.objects.count(), GenealogyLink.objects.count())
    states = list(WorkCard.objects.order_by("pk").values_list("state", flat=True))
    with pytest.raises(kind) as caught:
        yield caught
    assert caught.value.code == code
    assert before == (StepRecord.objects.count(), PieceMove.objects.count(), GenealogyLink.objects.count())
    assert states == list(WorkCard.objects.order_by("pk").values_list("state", flat=True))
    kept = LedgerEntry.objects.filter(outcome="refused").order_by("-id").first()
    assert kept is not None
    assert (kept.data["code"], kept.data["refusal"]) == (code, str(caught.value.reason))


class TestMan:
    def test_an_unqualified_operator_cannot_start(self) -> None:
        run = venturi()
        printed(run)
        read(run.plant, run.card(30), "operator2")
        with refused("not-qualified", GateClosed) as caught:
            services.start_card(actor=run.plant.operator2, card_id=run.card(30).pk)
        assert caught.value.details["report"] is True
        gates = {row["gate"]: row["open"] for row in caught.value.details["gates"]}
        assert gates == {
            "man": False, "machine": True, "material": True, "method": True, "environment": True, "order": True,
        }  # fmt: skip

    def test_who_has_not_read_the_card_cannot_start(self) -> None:
        run = venturi()
        with refused("not-read", GateClosed):
            services.start_card(actor=run.plant.operator, card_id=run.card(10).pk)
        services.read_card(actor=run.plant.operator, card_id=run.card(10).pk)
        assert services.start_card(actor=run.plant.operator, card_id=run.card(10).pk).state == "running"

    def test_who_is_not_clocked_in_records_nothing(self) -> None:
        run = venturi()
        printed(run)
        card = started(run, 30)
        with refused("not-clocked-in", GateClosed):
            record(run, card, "30.10", "done", actor=run.plant.operator2)

    def test_who_has_no_role_is_told_so(self) -> None:
        run = venturi()
        with refused("permission-denied", errors.PermissionDenied):
            services.start_card(actor=run.plant.auditor, card_id=run.card(10).pk)

    def test_quality_may_open_the_gate_with_a_signed_deviation(self) -> None:
        run = venturi()
        printed(run)
        card = run.card(30)
        read(run.plant, card, "operator2")
        asked = raise_deviation(
            actor=run.plant.leader, source="override", description="Trained, exam on Monday", planned=True,
            found=Found(card_id=card.pk),
            departure=Departure(gate="man", gate_code="not-qualified", valid_until=clock.now() + timedelta(hours=4)),
        )  # fmt: skip
        with refused("not-qualified"):
            services.start_card(actor=run.plant.operator2, card_id=card.pk)
        decide_deviation(
            actor=run.plant.quality, deviation_id=asked.pk, accepted=True, decision="Supervised",
            credentials=run.plant.sign("quality"),
        )  # fmt: skip
        begun = services.start_card(actor=run.plant.operator2, card_id=card.pk)
        man = begun.events.get(event="start").data["gates"][0]
        assert (man["open"], man["evidence"]["deviation"]) == (True, asked.number)


class TestMachine:
    def test_an_overdue_gauge_measures_nothing(self) -> None:
        run = venturi(gauge=True)
        printed(run)
        card = started(run, 30)
        record(run, card, "30.10", "done")
        with refused("calibration-overdue", GateClosed) as caught:
            record(run, card, "30.20", "5.50", 1, equipment_code="BG-OLD")
        assert caught.value.details["report"] is True
        with refused("no-gauge", GateClosed):
            record(run, card, "30.20", "5.50", 1)
        assert record(run, card, "30.20", "5.50", 1, equipment_code="BG-1").record.evidence["equipment"] == "BG-1"

    def test_the_wrong_machine_is_refused_and_the_right_one_opens(self) -> None:
        who, made = plant(), made_item("BODY")
        equipment("SLA-9", "sla-printer")
        equipment("PRESS-1", "press")
        process_card(made, [operation(10, step("10.10"), equipment_class="sla-printer")])
        run = dispatched(made, 1, who)
        read(who, run.card(10))
        for code, expected in (("", "no-machine"), ("PRESS-1", "not-fit")):
            with refused(expected, GateClosed):
                services.start_card(actor=who.operator, card_id=run.card(10).pk, equipment_code=code)
        begun = services.start_card(actor=who.operator, card_id=run.card(10).pk, equipment_code="SLA-9")
        assert begun.equipment.code == "SLA-9"


class TestMaterial:
    @pytest.fixture
    def run(self):
        return venturi()

    def test_an_unknown_code(self, run) -> None:
        card = started(run, 10)
        with refused("unknown-container"):
            scan(run, card, "C-999999")

    def test_quarantine(self, run) -> None:
        card = started(run, 10)
        unit = received("RESIN", "500", "g")[0]
        with refused("not-released", GateClosed):
            scan(run, card, unit.container)

    def test_expired(self, run) -> None:
        card = started(run, 10)
        unit = released("RESIN", "500", "g")
        expire(unit)
        with refused("expired", GateClosed) as caught:
            scan(run, card, unit.container)
        assert caught.value.details["report"] is True

    def test_held(self, run) -> None:
        card = started(run, 10)
        unit = released("RESIN", "500", "g")
        place_hold(actor=run.plant.quality, target=HoldTarget.stock_unit(unit.pk), reason="Colour")
        with refused("held", GateClosed):
            scan(run, card, unit.container)
        assert StockUnit.objects.get(pk=unit.pk).quantity == Decimal(500)

    def test_the_wrong_item(self, run) -> None:
        card = started(run, 10)
        unit = released("GLUE", "500", "g")
        with refused("wrong-item", GateClosed):
            scan(run, card, unit.container)

    def test_more_than_is_needed_is_for_the_line_leader(self, run) -> None:
        card = started(run, 10)
        unit = released("RESIN", "500", "g")
        with refused("over-issue", GateClosed):
            scan(run, card, unit.container, quantity=Decimal(200))
        assert scan(run, card, unit.container, quantity=Decimal(105)).record.quantity == Decimal(105)

    def test_more_than_there_is(self, run) -> None:
        card = started(run, 10)
        unit = released("RESIN", "50", "g")
        with refused("not-enough"):
            scan(run, card, unit.container, quantity=Decimal(100))
        assert scan(run, card, unit.container).record.quantity == Decimal(50)  # what is there, the rest from another
        other = released("RESIN", "500", "g", supplier_lot="S-2")
        assert scan(run, card, other.container).record.quantity == Decimal(50)

    def test_a_hold_that_comes_while_the_card_runs_closes_it_at_its_next_act(self, run) -> None:
        resin = printed(run)
        card = started(run, 30)
        record(run, card, "30.10", "done")
        place_hold(actor=run.plant.quality, target=HoldTarget.lot(resin.lot_id), reason="Supplier notice")
        with refused("component-held", GateClosed) as caught:
            record(run, card, "30.20", "5.50", 1)
        assert caught.value.details["gates"][0]["evidence"]["holds"] == [Hold.objects.get().pk]
        with refused("component-held", GateClosed):
            report(run, card, 1)

    def test_a_hold_on_the_batch_closes_the_order_gate(self, run) -> None:
        printed(run)
        card = started(run, 30)
        place_hold(actor=run.plant.quality, target=HoldTarget.lot(run.batch.lot_id), reason="Mix-up feared")
        with refused("held", GateClosed):
            record(run, card, "30.10", "done")

    def test_an_approved_alternate_is_taken_and_said_so(self) -> None:
        who, made = plant(), made_item("BODY")
        first, other = item("GLUE-A", "g"), item("GLUE-B", "g")
        alternates = [{"item_id": other.pk, "item_number": "GLUE-B", "position": "A1b", "condition": {"en": "cold"}}]
        process_card(
            made,
            [operation(10, step("10.10", "material_scan", when="card_start", materials=["A1"]))],
            [line("A1", first, "2", 10, alternates=alternates)],
        )
        run = dispatched(made, 1, who)
        card = started(run, 10)
        unit = released("GLUE-B", "10", "g")
        assert scan(run, card, unit.container).record.evidence["alternate"]["item"] == "GLUE-B"


def expire(unit: StockUnit) -> None:
    """The lot's expiry day goes by."""
    with act(actor=SETUP, verb="tests.lot.expired"):
        lot = unit.lot
        lot.expires_on = clock.today() - timedelta(days=1)
        lot.save()


class TestMethodAndSequence:
    def test_no_effective_card_no_dispatch(self) -> None:
        who, made = plant(), made_item("PINCH")
        order = services.plan_order(actor=who.planner, item_id=made.pk, quantity=Decimal(1), site_id=site().pk)
        with refused("no-effective-card", NoEffectiveCard):
            services.dispatch_order(actor=who.planner, order_id=order.pk)
        order.refresh_from_db()
        assert (order.state, order.process_card_id) == ("planned", None)

    def test_an_operation_out_of_order(self) -> None:
        run = venturi()
        read(run.plant, run.card(50))
        with refused("waiting", GateClosed):
            services.start_card(actor=run.plant.operator, card_id=run.card(50).pk)

    def test_a_step_out_of_order(self) -> None:
        run = venturi()
        printed(run)
        card = started(run, 30)
        with refused("out-of-sequence", OutOfSequence) as caught:
            record(run, card, "30.20", "5.50", 1)
        assert caught.value.details["open"] == [{"step": "30.10", "unit_no": None}]
        assert caught.value.details["report"] is True

    def test_a_step_twice(self) -> None:
        run = venturi()
        printed(run)
        card = started(run, 30)
        record(run, card, "30.10", "done")
        with refused("already-recorded", NotPossible):
            record(run, card, "30.10", "done")

    def test_a_piece_that_is_not_here(self) -> None:
        run = venturi()
        printed(run)
        card = started(run, 30)
        record(run, card, "30.10", "done")
        with refused("piece-not-here", NotPossible):
            record(run, card, "30.20", "5.50", 9)

    @pytest.mark.requirement("FLR-11", "FLR-13")
    def test_more_pieces_than_there_are(self) -> None:
        run = venturi()
        resin = released("RESIN", "500", "g")
        card = started(run, 10)
        scan(run, card, resin.container)
        with refused("over-reported", OverReported) as caught:
            report(run, card, 6)
        assert (caught.value.details["here"], caught.value.details["reported"]) == (5, 6)

    def test_good_with_open_steps(self) -> None:
        run = venturi()
        card = started(run, 10)
        with refused("out-of-sequence", OutOfSequence):
            report(run, card, 5)

    def test_completion_with_pieces_still_here(self) -> None:
        run = venturi()
        resin = released("RESIN", "500", "g")
        card = started(run, 10)
        scan(run, card, resin.container)
        report(run, card, 4)
        with refused("not-complete") as caught:
            complete(run, card)
        assert caught.value.details["balance"] == {
            "in": 5, "here": 1, "good": 4, "scrap": 0, "rework": 0, "held": 0, "destroyed": 0, "retained": 0,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("value", "code"),
        [("abc", "not-a-number"), ("NaN", "not-a-number"), ("1e3", "not-a-number"), ("", "not-a-number"),
         ("5.501", "too-precise"), ("5.6", "confirm-out-of-limits")],
    )  # fmt: skip
    def test_what_cannot_be_right(self, value: str, code: str) -> None:
        run = venturi()
        printed(run)
        card = started(run, 30)
        record(run, card, "30.10", "done")
        with refused(code):
            record(run, card, "30.20", value, 1)

    def test_another_unit(self) -> None:
        run = venturi()
        printed(run)
        card = started(run, 30)
        record(run, card, "30.10", "done")
        with refused("wrong-unit"):
            record(run, card, "30.20", "0.55", 1, measured_in="cm")


def test_the_second_check_is_by_another_person() -> None:
    run = venturi(reading={"second": "remeasure"})
    printed(run)
    card = started(run, 30)
    record(run, card, "30.10", "done")
    made = record(run, card, "30.20", "5.50", 1).record
    with refused("same-person", SamePerson) as caught:
        services.second_check(actor=run.plant.operator, record_id=made.pk, look=services.Look(value="5.50"))
    assert caught.value.details["report"] is True


def test_report_what_happened_records_holds_stops_and_tells() -> None:
    run = venturi()
    printed(run)
    card = started(run, 30)
    glue = released("GLUE", "5", "g")
    found = services.report_what_happened(
        actor=run.plant.operator, card_id=card.pk, what_happened="Piece 2 fell on the floor",
        containers=[glue.container], unit_no=2, refused_code="wrong-item",
    )  # fmt: skip
    card.refresh_from_db()
    assert (card.state, found.state, found.source, found.planned) == ("blocked", "open", "reported", False)
    assert found.unit_numbers == [2]
    held = {hold.stock_unit_id for hold in Hold.objects.all()}
    assert held == {glue.pk, run.batch.stock_unit_id}
    with refused("deviation-open"):
        services.unblock_card(actor=run.plant.quality, card_id=card.pk, reason="Looked at")
    decide_deviation(
        actor=run.plant.quality, deviation_id=found.pk, accepted=True, decision="Cleaned, not damaged",
        credentials=run.plant.sign("quality"),
    )  # fmt: skip
    assert services.unblock_card(actor=run.plant.quality, card_id=card.pk, reason="Cleaned").state == "paused"
    assert Deviation.objects.count() == 1
    with refused("held"):  # the hold is lifted by quality, not by going on
        services.resume_card(actor=run.plant.operator, card_id=card.pk)
