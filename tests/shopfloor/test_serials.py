"""Serials: a card, a traveller and a lot for each; recorded tests; first piece; units together."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from foundation.core import errors
from quality.models import Nonconformance
from resources.inventory.models import GenealogyLink
from shopfloor import services
from shopfloor.exceptions import NotPossible, SamePerson
from shopfloor.models import StepRecord, TestFile, TravelCard, WorkOrder
from shopfloor.selectors import card_balance, card_view, open_card_for_traveller
from tests.factories.floor import (
    Running,
    complete,
    dispatched,
    line,
    made_item,
    now_and_key,
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
from tests.factories.stock import item, released
from tests.shopfloor.test_refusals import refused

pytestmark = pytest.mark.django_db
DATA = Path(__file__).resolve().parents[2] / "demo" / "data"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "ventilator"
CHECKS = [
    {"column": "p2", "statistic": "mean", "unit": "kPa", "lower": "1.2", "upper": "2.0"},
    {"column": "Q1", "statistic": "mean", "unit": "L/min", "lower": "50", "upper": "65"},
]
PLAUSIBLE = {"patient": ["-5", "10"], "p2": ["-5", "10"], "Q1": ["0", "200"]}


def recording(speed: int) -> bytes:
    name = f"blower_flow-test-{speed}rpm.csv"
    for folder in (SHARED, DATA):
        if (folder / name).exists():
            return (folder / name).read_bytes()
    pytest.skip("The recordings of the blower are not here")


def blowers(count: int = 2, **op60) -> Running:
    who, made = plant(), made_item("BLOWER", "serial")
    plate, screw = item("PLATE-X", "pcs"), item("SCREW", "pcs")
    test_step = step("60.10", "file", file={"kind": "blower-flow-test", "origin": "asserted", "checks": CHECKS,
                                           "plausible": PLAUSIBLE})  # fmt: skip
    process_card(
        made,
        [
            operation(40, step("40.10", "material_scan", materials=["A7", "A12"])),
            operation(60, test_step, after=(40,), **op60),
        ],
        [line("A7", plate, "1", 40), line("A12", screw, "4", 40)],
    )
    return dispatched(made, count, who)


def built(run: Running, unit: int) -> None:
    """Operation 40 of one serial."""
    plates, screws = released("PLATE-X", "10", "pcs"), released("SCREW", "100", "pcs", supplier_lot="S-9")
    card = started(run, 40, unit=unit)
    scan(run, card, plates.container)
    scan(run, card, screws.container)
    report(run, card, 1)
    complete(run, card)


def attach(run: Running, card, content: bytes, **more):
    values = {**now_and_key(), "step_key": "60.10", "file_name": "test.csv", **more}
    actor = values.pop("actor", run.plant.operator)
    return services.attach_test_file(actor=actor, card_id=card.pk, content=content, **values)


def test_dispatch_makes_lot_stock_and_traveller_per_serial() -> None:
    run = blowers(2)
    units = list(run.batch.units.order_by("number"))
    assert [unit.lot.parent_lot_id for unit in units] == [run.batch.lot_id] * 2
    assert [unit.stock_unit.quantity for unit in units] == [Decimal(1)] * 2
    assert run.batch.stock_unit_id is None
    assert len(run.result.travellers) == 2
    assert sorted((card.operation, card.unit.number, card.state) for card in run.result.cards) == [
        (40, 1, "ready"), (40, 2, "ready"), (60, 1, "waiting"), (60, 2, "waiting"),
    ]  # fmt: skip
    first = TravelCard.objects.get(unit=units[0])
    assert open_card_for_traveller(first.code) == run.card(40, 1)
    assert open_card_for_traveller(f"92{first.code}") == run.card(40, 1)


@pytest.mark.requirement("TRC-01")
def test_what_is_scanned_goes_into_the_serial() -> None:
    run = blowers(2)
    built(run, 2)
    serial = run.batch.units.get(number=2)
    links = GenealogyLink.objects.filter(produced_lot=serial.lot, kind="consume").order_by("position")
    assert [(row.position, row.quantity, row.card_id) for row in links] == [
        ("A12", Decimal(4), run.card(40, 2).pk), ("A7", Decimal(1), run.card(40, 2).pk),
    ]  # fmt: skip
    assert run.card(60, 2).state == "ready"
    assert run.card(60, 1).state == "waiting"


def test_an_exact_copy_of_the_means() -> None:
    run = blowers(1)
    built(run, 1)
    result = attach(run, started(run, 60, unit=1), recording(24000))
    checks = result.record.evidence["checks"]
    assert result.outcome == "in"
    assert [(c["column"], c["value"], c["samples"]) for c in checks] == [
        ("p2", "1.750044", 1515), ("Q1", "61.368381", 1515),
    ]  # fmt: skip
    file = TestFile.objects.get()
    assert (file.origin, file.attachment.origin.startswith("asserted by operator")) == ("asserted", True)


def test_an_implausible_sample_fails_the_file_until_quality_excludes_it() -> None:
    run = blowers(1)
    built(run, 1)
    card = started(run, 60, unit=1)
    pending = attach(run, card, recording(21818))
    assert (pending.outcome, pending.record.evidence["implausible"]) == (
        "pending", [{"row": 257, "column": "patient", "value": "-20816.652605459058"}],
    )  # fmt: skip
    with refused("out-of-sequence"):
        report(run, card, 1)
    client = Client()
    client.force_login(run.plant.user("operator"))
    told = client.get(f"/shop/cards/{card.pk}/after/{pending.record.pk}/").content.decode()
    assert "row 257, patient = -20816.652605459058" in told  # which sample waits for quality
    file = TestFile.objects.get()
    with refused("permission-denied"):
        services.exclude_sample(actor=run.plant.operator2, test_file_id=file.pk, rows=[257], reason="Glitch")
    with refused("not-implausible"):
        services.exclude_sample(actor=run.plant.quality, test_file_id=file.pk, rows=[3], reason="Inconvenient")
    with refused("reason-required"):
        services.exclude_sample(actor=run.plant.quality, test_file_id=file.pk, rows=[257], reason=" ")
    done = services.exclude_sample(
        actor=run.plant.quality, test_file_id=file.pk, rows=[257], reason="Recorder glitch at t = 12.85 s"
    )
    assert done.outcome == "in"
    assert done.record.evidence["excluded"][0]["by"] == "Quality"
    assert done.record.performer_name == "Operator"
    assert done.record.evidence["checks"][0]["samples"] == 287
    assert TestFile.objects.get().exclusions.get().values["patient"] == "-20816.652605459058"
    report(run, card, 1)
    assert complete(run, card).state == "completed"
    assert WorkOrder.objects.get().state == "completed"


def test_the_same_file_on_a_second_serial_is_refused() -> None:
    run = blowers(2)
    built(run, 1)
    built(run, 2)
    attach(run, started(run, 60, unit=1), recording(24000))
    card = started(run, 60, unit=2)
    with refused("file-used", NotPossible) as caught:
        attach(run, card, recording(24000))
    assert caught.value.details["card"] == run.card(60, 1).number


def test_a_test_out_of_limits_holds_the_serial() -> None:
    run = blowers(1)
    built(run, 1)
    card = started(run, 60, unit=1)
    result = attach(run, card, recording(26666))
    assert (result.outcome, result.reaction) == ("above", "nonconform_unit")
    assert Nonconformance.objects.get().stock_unit_id == run.batch.units.get().stock_unit_id
    assert card_balance(card).held == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"t,p2\n1,2\n", "column-missing"), (b"p2,Q1,patient\n1,x,3\n", "not-a-number"), (b"p2,Q1,patient\n", "no-samples"),
     (b"\xff\xfe\x00", "file-not-text")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_keeps_nothing(content: bytes, code: str) -> None:
    run = blowers(1)
    built(run, 1)
    card = started(run, 60, unit=1)
    with refused(code):
        attach(run, card, content)
    assert not TestFile.objects.exists()


def test_the_first_piece_waits_for_an_inspector_and_others_wait_for_it() -> None:
    run = blowers(2, first_piece="start")
    built(run, 1)
    built(run, 2)
    card = started(run, 60, unit=1)
    assert card.state == "first_piece_pending"
    with refused("first-piece-pending"):
        report(run, card, 1)
    with refused("out-of-sequence"):
        services.accept_first_piece(actor=run.plant.quality, card_id=card.pk, accepted=True)
    attach(run, card, recording(24000))
    assert card_view(card, run.plant.quality).first_piece_ready
    read(run.plant, run.card(60, 2))
    with refused("first-piece-pending"):
        services.start_card(actor=run.plant.operator, card_id=run.card(60, 2).pk)
    with refused("permission-denied", errors.PermissionDenied):
        services.accept_first_piece(actor=run.plant.operator, card_id=card.pk, accepted=True)
    services.accept_first_piece(actor=run.plant.quality, card_id=card.pk, accepted=True, note="As drawn")
    report(run, card, 1)
    second = started(run, 60, unit=2)
    assert (second.state, second.first_piece_accepted) == ("running", True)


def test_a_wrong_part_is_taken_out_again() -> None:
    run = blowers(1)
    plates, screws = released("PLATE-X", "10", "pcs"), released("SCREW", "100", "pcs", supplier_lot="S-9")
    card = started(run, 40, unit=1)
    scan(run, card, plates.container)
    put_in = scan(run, card, screws.container).record
    leader = run.plant.leader
    stock = plates.place_id
    with refused("permission-denied"):
        services.remove_part(
            actor=run.plant.operator, record_id=put_in.pk, reason="Wrong", return_to_id=stock, **now_and_key()
        )
    out = services.remove_part(
        actor=leader, record_id=put_in.pk, reason="Bent", return_to_id=stock, quantity=Decimal(1), **now_and_key()
    )
    assert (out.outcome, out.record.corrects_id) == ("removed", put_in.pk)
    with refused("out-of-sequence"):
        report(run, card, 1)
    assert scan(run, card, screws.container).record.quantity == Decimal(1)
    report(run, card, 1)
    serial = run.batch.units.get().lot
    links = GenealogyLink.objects.filter(produced_lot=serial, position="A12").order_by("pk")
    assert [(row.kind, row.quantity) for row in links] == [
        ("consume", Decimal(4)), ("remove", Decimal(1)), ("consume", Decimal(1)),
    ]  # fmt: skip


def test_units_together_are_complete_with_links_of_their_own() -> None:
    run = blowers(3)
    read(run.plant, run.card(40, 1))
    plates = [released("PLATE-X", "2", "pcs", supplier_lot=f"P-{n}") for n in (1, 2)]
    screws = released("SCREW", "100", "pcs", supplier_lot="S-9")
    done = services.complete_units(
        actor=run.plant.operator, batch_id=run.batch.pk, operation=40, units=[1, 2, 3],
        containers={"A7": [unit.container for unit in plates], "A12": [screws.container]},
        credentials=run.plant.sign("operator"),
    )  # fmt: skip
    assert (len(done.cards), done.links) == (3, 6)
    third = GenealogyLink.objects.get(produced_lot=run.batch.units.get(number=3).lot, position="A7")
    assert third.consumed_lot_id == plates[1].lot_id
    assert {run.card(40, n).state for n in (1, 2, 3)} == {"completed"}
    assert {run.card(60, n).state for n in (1, 2, 3)} == {"ready"}
    assert run.card(40, 1).history.count() == 2
    with refused("already-completed", errors.Conflict):
        services.complete_units(
            actor=run.plant.operator, batch_id=run.batch.pk, operation=40, units=[1], containers={},
            credentials=run.plant.sign("operator"),
        )  # fmt: skip


def test_units_together_need_enough_of_everything() -> None:
    run = blowers(3)
    read(run.plant, run.card(40, 1))
    plate, screws = released("PLATE-X", "2", "pcs"), released("SCREW", "100", "pcs", supplier_lot="S-9")
    with refused("not-enough"):
        services.complete_units(
            actor=run.plant.operator, batch_id=run.batch.pk, operation=40, units=[1, 2, 3],
            containers={"A7": [plate.container], "A12": [screws.container]}, credentials=run.plant.sign("operator"),
        )  # fmt: skip
    built(run, 1)
    with refused("unit-by-unit"):
        services.complete_units(
            actor=run.plant.operator, batch_id=run.batch.pk, operation=60, units=[1], containers={},
            credentials=run.plant.sign("operator"),
        )  # fmt: skip


class TestSecondChecks:
    def card(self, kind: str):
        who, made = plant(), made_item("BODY")
        limits = {"code": "speed", "unit": "rpm", "precision": 0, "lower": "21600", "upper": "26400",
                  "characteristic": "process", "reaction": {"below": "stop", "above": "stop"}}  # fmt: skip
        process_card(made, [operation(10, step("10.10", "reading", second=kind, parameter=limits), step("10.20"))])
        run = dispatched(made, 1, who)
        card = started(run, 10)
        return run, card, record(run, card, "10.10", "24000", 1).record

    def test_remeasure_is_blind_and_agrees_within_the_tolerance(self) -> None:
        run, card, made = self.card("remeasure")
        shown = card_view(card, run.plant.operator2).entries[0].records[0]
        assert (shown["blind"], shown["value"]) == (True, "")
        assert card_view(card, run.plant.operator).entries[0].waits_for == "second_check"
        with refused("out-of-sequence"):
            record(run, card, "10.20", "done", 1)
        check = services.second_check(actor=run.plant.operator2, record_id=made.pk, look=services.Look(value="24480"))
        assert (check.agreed, check.difference, check.tolerance) == (True, Decimal(480), Decimal(480))
        record(run, card, "10.20", "done", 1)

    def test_two_people_who_differ_are_told_to_quality_and_the_step_is_open_again(self) -> None:
        run, card, made = self.card("remeasure")
        check = services.second_check(actor=run.plant.operator2, record_id=made.pk, look=services.Look(value="24481"))
        assert (check.agreed, check.difference) == (False, Decimal(481))
        assert record(run, card, "10.10", "24400", 1).outcome == "in"
        assert StepRecord.objects.filter(step_key="10.10").count() == 2

    def test_a_witness_gives_both_components_on_the_performers_tablet(self) -> None:
        run, _card, made = self.card("witness")
        with refused("same-person", SamePerson):
            services.second_check(
                actor=run.plant.operator, record_id=made.pk,
                look=services.Look(credentials=run.plant.sign("operator")),
            )  # fmt: skip
        check = services.second_check(
            actor=run.plant.operator, record_id=made.pk,
            look=services.Look(credentials=run.plant.sign("operator2")),
        )  # fmt: skip
        assert (check.checker_name, check.signature.meaning) == ("Operator2", "witnessed")

    def test_a_review_may_come_later(self) -> None:
        run, card, made = self.card("review")
        record(run, card, "10.20", "done", 1)
        with refused("out-of-sequence"):
            report(run, card, 1)
        services.second_check(actor=run.plant.operator2, record_id=made.pk, look=services.Look())
        report(run, card, 1)

    def test_stop_blocks_the_card_and_raises_a_deviation(self) -> None:
        who, made = plant(), made_item("BODY")
        limits = {"code": "speed", "unit": "rpm", "precision": 0, "lower": "1", "upper": "9",
                  "characteristic": "process", "reaction": {"below": "stop", "above": "stop"}}  # fmt: skip
        process_card(made, [operation(10, step("10.10", "reading", parameter=limits))])
        run = dispatched(made, 1, who)
        card = started(run, 10)
        result = record(run, card, "10.10", "10", 1, origin="machine")  # machine values are never asked
        assert (result.reaction, result.record.deviation.source) == ("stop", "parameter")
        card.refresh_from_db()
        assert card.state == "blocked"
