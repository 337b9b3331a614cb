"""Corrections, handover, idempotency, statements of the hot path, hold points, splits of responsibility."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changecontrol.events import ChangeImplemented
from foundation.core import clock
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.records.models import LedgerEntry
from foundation.records.selectors import signature_validity, signatures_of
from quality.exceptions import OwnWork
from quality.models import Nonconformance
from quality.services import decide_disposition
from quality.services.dispositions import Choice
from shopfloor import handlers, services
from shopfloor.content import card_content
from shopfloor.exceptions import Conflict
from shopfloor.models import CardEvent, Handover, ProductionReport, StepRecord, WorkOrder
from shopfloor.selectors import card_balance, card_view, lot_context, open_card_for_traveller, open_orders
from tests.factories.floor import (
    complete,
    dispatched,
    made_item,
    operation,
    plant,
    process_card,
    qualify,
    read,
    record,
    report,
    scan,
    started,
    step,
)
from tests.factories.people import SETUP
from tests.factories.stock import released
from tests.shopfloor.test_refusals import refused
from tests.shopfloor.test_venturi import printed
from tests.shopfloor.venturi import venturi

pytestmark = pytest.mark.django_db


def reaming(**more):
    run = venturi(**more)
    printed(run)
    card = started(run, 30)
    record(run, card, "30.10", "done")
    return run, card


class TestIdempotency:
    def test_the_same_key_is_the_same_entry(self) -> None:
        run, card = reaming()
        key = uuid4()
        first = record(run, card, "30.20", "5.50", 1, idempotency_key=key)
        again = record(run, card, "30.20", "5.50", 1, idempotency_key=key)
        assert (again.record.pk, again.repeated, first.repeated) == (first.record.pk, True, False)
        assert StepRecord.objects.filter(step_key="30.20").count() == 1
        assert LedgerEntry.objects.order_by("-id")[0].verb == "shopfloor.step.repeated"

    def test_the_same_key_with_another_content_is_a_conflict(self) -> None:
        run, card = reaming()
        key = uuid4()
        record(run, card, "30.20", "5.50", 1, idempotency_key=key)
        with refused("idempotency-key-reused", Conflict):
            record(run, card, "30.20", "5.51", 1, idempotency_key=key)

    def test_a_scan_and_a_report_arrive_once(self) -> None:
        run = venturi()
        resin = released("RESIN", "500", "g")
        card, key = started(run, 10), uuid4()
        first = scan(run, card, resin.container, idempotency_key=key)
        assert scan(run, card, resin.container, idempotency_key=key).record == first.record
        resin.refresh_from_db()
        assert resin.quantity == Decimal(400)
        reported = report(run, card, 3, idempotency_key=key)
        assert report(run, card, 3, idempotency_key=key) == reported
        assert card_balance(card).good == 3
        with refused("idempotency-key-reused", Conflict):
            report(run, card, 2, idempotency_key=key)

    def test_completing_again_with_the_same_key_is_no_conflict(self) -> None:
        run = venturi()
        card, key = started(run, 10), uuid4()
        scan(run, card, released("RESIN", "500", "g").container)
        report(run, card, 5)
        complete(run, card, idempotency_key=key)
        assert complete(run, card, idempotency_key=key).state == "completed"
        with refused("already-completed", Conflict) as caught:
            complete(run, card, idempotency_key=uuid4(), entered={"note": "typed"})
        assert caught.value.details["input"] == {"note": "typed"}
        assert caught.value.details["completed_by"] == "Operator"


def test_a_step_takes_at_most_ten_statements() -> None:
    run, card = reaming(gauge=True)
    record(run, card, "30.20", "5.50", 1, equipment_code="BG-1")  # leaf formats are remembered from here on
    with CaptureQueriesContext(connection) as queries:
        record(run, card, "30.20", "5.50", 2, equipment_code="BG-1")
    statements = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
    assert len(statements) <= 10, "\n".join(statements)


class TestCorrections:
    def test_the_performer_corrects_before_completion_with_a_reason(self) -> None:
        run, card = reaming()
        wrong = record(run, card, "30.20", "5.45", 1).record
        new = services.correct_entry(
            actor=run.plant.operator, record_id=wrong.pk, value="5.54", reason="Digits swapped", captured_at=clock.now()
        )
        assert (new.corrects_id, new.value, new.outcome, new.note) == (wrong.pk, "5.54", "in", "Digits swapped")
        assert StepRecord.objects.get(pk=wrong.pk).value == "5.45"
        with refused("permission-denied"):
            services.correct_entry(
                actor=run.plant.operator2, record_id=new.pk, value="5.5", reason="No", captured_at=clock.now()
            )
        with refused("corrected-before"):
            services.correct_entry(
                actor=run.plant.operator, record_id=wrong.pk, value="5.5", reason="Again", captured_at=clock.now()
            )

    def test_in_to_out_contains_the_piece(self) -> None:
        run, card = reaming()
        wrong = record(run, card, "30.20", "5.50", 1).record
        new = services.correct_entry(
            actor=run.plant.operator, record_id=wrong.pk, value="5.60", reason="Misread", captured_at=clock.now()
        )
        assert (new.outcome, new.reaction) == ("above", "nonconform_unit")
        assert card_balance(card).held == 1

    def test_out_to_in_needs_a_second_person_and_closes_nothing(self) -> None:
        run, card = reaming()
        wrong = record(run, card, "30.20", "5.60", 1, confirm_out_of_limits=True).record
        with refused("needs-approval"):
            services.correct_entry(
                actor=run.plant.operator, record_id=wrong.pk, value="5.50", reason="Typo", captured_at=clock.now()
            )
        asked = services.request_correction(
            actor=run.plant.leader, record_id=wrong.pk, new_value="5.50", reason="Typo, gauge says 5.50"
        )
        done = services.approve_correction(
            actor=run.plant.quality, correction_id=asked.pk, credentials=run.plant.sign("quality"), note="Seen"
        )
        assert (done.state, done.applied_as.value) == ("applied", "5.50")
        assert Nonconformance.objects.get().state == "open"

    @pytest.mark.requirement("TRC-04")
    def test_after_completion_the_leader_asks_and_quality_approves(self) -> None:
        run, card = reaming()
        for piece in range(1, 6):
            record(run, card, "30.20", "5.50", piece)
        entry = StepRecord.objects.get(unit_no=1, step_key="30.20")
        report(run, card, 5)
        complete(run, card)
        [signature] = signatures_of(RecordRef.to(card))
        assert signature_validity(signature, RecordRef.to(card), card_content(card)) == "valid"
        with refused("card-completed"):
            services.correct_entry(
                actor=run.plant.operator, record_id=entry.pk, value="5.51", reason="Typo", captured_at=clock.now()
            )
        with refused("permission-denied"):
            services.request_correction(actor=run.plant.operator, record_id=entry.pk, new_value="5.51", reason="Typo")
        asked = services.request_correction(actor=run.plant.leader, record_id=entry.pk, new_value="5.51", reason="Typo")
        with refused("permission-denied"):
            services.approve_correction(
                actor=run.plant.leader, correction_id=asked.pk, credentials=run.plant.sign("leader"), note="Yes"
            )
        done = services.approve_correction(
            actor=run.plant.quality, correction_id=asked.pk, credentials=run.plant.sign("quality"), note="Gauge log"
        )
        assert done.applied_as.corrects_id == entry.pk
        assert signature_validity(signature, RecordRef.to(card), card_content(card)) == "record-changed-since"

    def test_a_piece_that_went_on_is_held_where_it_lies_now(self) -> None:
        run, card = reaming()
        for piece in range(1, 6):
            record(run, card, "30.20", "5.50", piece)
        entry = StepRecord.objects.get(unit_no=2, step_key="30.20")
        report(run, card, 5)
        complete(run, card)
        asked = services.request_correction(
            actor=run.plant.leader, record_id=entry.pk, new_value="5.60", reason="Second look"
        )
        services.approve_correction(
            actor=run.plant.quality, correction_id=asked.pk, credentials=run.plant.sign("quality"), note="Yes"
        )
        assert card_balance(run.card(50)).held == 1
        assert Nonconformance.objects.get().unit_numbers == [2]


@pytest.mark.requirement("FLR-21")
class TestHandover:
    def test_the_next_shift_accepts_and_goes_on(self) -> None:
        run, card = reaming()
        record(run, card, "30.20", "5.50", 1)
        offered = services.hand_over(actor=run.plant.operator, card_id=card.pk, note="Reamer is new")
        assert (offered.quantity, len(offered.open_steps)) == (5, 4)
        card.refresh_from_db()
        assert card.state == "paused"
        with refused("same-person"):
            services.answer_handover(actor=run.plant.operator, handover_id=offered.pk, accepted=True)
        with refused("not-qualified"):
            services.answer_handover(actor=run.plant.operator2, handover_id=offered.pk, accepted=True)
        assert Handover.objects.get().state == "offered"
        qualify(run.plant.user("operator2"), "bench")
        read(run.plant, card, "operator2")
        services.answer_handover(actor=run.plant.operator2, handover_id=offered.pk, accepted=True)
        assert record(run, card, "30.20", "5.50", 2, actor=run.plant.operator2).record.performer_name == "Operator2"
        with refused("not-clocked-in"):
            record(run, card, "30.20", "5.50", 3)

    def test_a_disputed_one_stays_paused(self) -> None:
        run, card = reaming()
        offered = services.hand_over(actor=run.plant.operator, card_id=card.pk)
        with refused("reason-required"):
            services.answer_handover(actor=run.plant.operator2, handover_id=offered.pk, accepted=False)
        services.answer_handover(
            actor=run.plant.operator2, handover_id=offered.pk, accepted=False, note="Four here, not five"
        )
        card.refresh_from_db()
        assert card.state == "paused"

    def test_several_are_clocked_in_and_one_acts(self) -> None:
        run, card = reaming()
        qualify(run.plant.user("operator2"), "bench")
        read(run.plant, card, "operator2")
        services.clock_in(actor=run.plant.operator2, card_id=card.pk)
        record(run, card, "30.20", "5.50", 1, actor=run.plant.operator2)
        made = report(run, card, 1)
        assert sorted(row["name"] for row in made.people) == ["Operator", "Operator2"]
        services.clock_out(actor=run.plant.operator2, card_id=card.pk)
        assert [row["name"] for row in card_view(card, run.plant.operator).people] == ["Operator"]


@pytest.mark.requirement("QMS-02", "FLR-22")
def test_nothing_passes_a_hold_point_before_it_is_accepted() -> None:
    who, made = plant(), made_item("BODY")
    process_card(made, [operation(10, step("10.10"), hold_point=True)])
    run = dispatched(made, 1, who)
    card = started(run, 10)
    record(run, card, "10.10", "done", 1)
    with refused("hold-point"):
        report(run, card, 1)
    services.inspect_card(actor=who.quality, card_id=card.pk, kind="final", accepted=True)
    report(run, card, 1)
    complete(run, card)
    assert WorkOrder.objects.get().state == "completed"


def test_a_rejected_patrol_holds_what_is_here() -> None:
    run, card = reaming()
    services.inspect_card(actor=run.plant.quality, card_id=card.pk, kind="patrol", accepted=False, note="Burrs")
    assert card_balance(card).held == 5
    assert Nonconformance.objects.get().quantity == Decimal(5)


def test_first_piece_on_a_batch_is_piece_one_and_a_rejected_one_makes_the_next() -> None:
    run, card = reaming(first_piece="start")
    assert card.state == "first_piece_pending"
    with refused("first-piece-pending"):
        record(run, card, "30.20", "5.50", 2)
    record(run, card, "30.20", "5.50", 1)
    with refused("first-piece-pending"):
        report(run, card, 1)
    with refused("reason-required"):
        services.accept_first_piece(actor=run.plant.quality, card_id=card.pk, accepted=False)
    services.accept_first_piece(actor=run.plant.quality, card_id=card.pk, accepted=False, note="Scratched")
    assert card_balance(card).held == 1
    record(run, card, "30.20", "5.50", 2)
    services.accept_first_piece(actor=run.plant.quality, card_id=card.pk, accepted=True)
    card.refresh_from_db()
    assert (card.state, card.first_piece_accepted) == ("running", True)


def test_reported_scrap_waits_for_quality() -> None:
    run, card = reaming()
    with refused("code-required"):
        report(run, card, 0, scrap=1)
    made = report(run, card, 0, scrap=1, scrap_code="broken")
    assert (made.scrap, made.scrap_pieces) == (1, [1])
    assert (card_balance(card).held, Nonconformance.objects.get().source) == (1, "report")


def test_nobody_decides_what_they_raised() -> None:
    run, card = reaming()
    services.inspect_card(actor=run.plant.quality, card_id=card.pk, kind="patrol", accepted=False, note="Burrs")
    found = Nonconformance.objects.get()
    choice = Choice(kind="scrap", quantity=Decimal(5), justification="Burrs")
    with refused("own-work", OwnWork):
        decide_disposition(
            actor=run.plant.quality, nonconformance_id=found.pk, choice=choice, credentials=run.plant.sign("quality")
        )
    decide_disposition(
        actor=run.plant.quality2, nonconformance_id=found.pk, choice=choice, credentials=run.plant.sign("quality2")
    )
    found.refresh_from_db()
    assert found.state == "decided"


def test_measuring_again_keeps_every_reading_as_often_as_declared() -> None:
    run, card = reaming(parameter={"max_remeasure": 1})
    first = record(run, card, "30.20", "5.60", 1, measure_again=True)
    assert (first.outcome, first.reaction) == ("above", "remeasure")
    with refused("no-more-remeasure"):
        record(run, card, "30.20", "5.60", 1, measure_again=True)
    assert record(run, card, "30.20", "5.54", 1).outcome == "in"
    assert [row.attempt for row in StepRecord.objects.filter(unit_no=1).order_by("pk")] == [1, 2]


def test_the_loop_ends_at_its_maximum() -> None:
    run, card = reaming()
    reactions = [record(run, card, "30.20", "5.40", 1, confirm_out_of_limits=True).reaction for _try in range(3)]
    assert reactions == ["rework_loop", "rework_loop", "nonconform_unit"]


def test_the_loop_to_an_earlier_operation_makes_inline_cards() -> None:
    run = venturi(loop={"back_to": 10, "maximum": 1})
    printed(run)
    card = started(run, 30)
    record(run, card, "30.10", "done")
    record(run, card, "30.20", "5.40", 1, confirm_out_of_limits=True)
    assert (card_balance(card).rework, card_balance(card).here) == (1, 4)
    rework = run.card(10, kind="rework")
    resin = released("RESIN", "100", "g", supplier_lot="S-7")
    services.start_card(actor=run.plant.operator, card_id=rework.pk)
    scan(run, rework, resin.container)
    report(run, rework, 1)
    complete(run, rework)
    assert (card_balance(card).rework, card_balance(card).here) == (0, 5)
    assert record(run, card, "30.20", "5.50", 1).outcome == "in"


def test_late_entries_and_the_devices_clock_are_kept() -> None:
    run, card = reaming()
    happened = clock.now() - timedelta(minutes=20)
    made = record(
        run, card, "30.20", "5.50", 1, captured_at=happened, device_time=clock.now() + timedelta(hours=1)
    ).record
    assert (made.captured_at, made.late) == (happened, True)
    assert 3_590_000 < made.skew_ms <= 3_600_000


def test_what_other_apps_ask_of_the_floor() -> None:
    run, card = reaming(gauge=True)
    record(run, card, "30.20", "5.50", 1, equipment_code="BG-1")
    [answer] = open_orders([run.order.item_id])
    assert (answer.number, answer.state, answer.quantity) == (run.order.number, "in_process", Decimal(5))
    [context] = lot_context([run.batch.lot_id])
    assert context.orders == (("shopfloor.workorder", run.order.pk),)
    assert len(context.equipment) == 1
    assert open_card_for_traveller(run.traveller().code) == card


def test_a_change_that_says_hold_holds_the_order() -> None:
    run, card = reaming()
    from_change = ChangeImplemented(
        change_id=1, number="CR-1",
        decisions=[{"order_label": "shopfloor.workorder", "order_id": run.order.pk, "choice": "hold",
                    "order_number": run.order.number, "item_id": run.order.item_id, "card_id": None}],
    )  # fmt: skip
    implement(from_change)
    order = WorkOrder.objects.get()
    assert (order.state, order.held_from) == ("held", "in_process")
    with refused("order-not-open"):
        record(run, card, "30.20", "5.50", 1)
    services.resume_order(actor=run.plant.planner, order_id=order.pk, reason="Decided")
    assert record(run, card, "30.20", "5.50", 1).outcome == "in"


def implement(event: ChangeImplemented) -> None:
    from_system = SETUP
    with act(actor=from_system, verb="tests.change.implemented"):
        handlers.on_change_implemented(event, from_system)


def test_nothing_is_lost_of_who_did_what() -> None:
    _run, card = reaming()
    assert list(CardEvent.objects.filter(card=card).order_by("pk").values_list("event", "person_name")) == [
        ("open", "Operator"), ("start", "Operator"), ("clock_in", "Operator"),
    ]  # fmt: skip
    assert not ProductionReport.objects.filter(card=card).exists()
