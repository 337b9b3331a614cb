"""Quality on its own: containment at once, signed dispositions, reconciliation, deviations, inspections."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from foundation.alerts.models import Alert
from foundation.core import clock, errors
from foundation.core.refs import RecordRef
from foundation.records.models import LedgerEntry
from foundation.records.selectors import signature_validity, signatures_of
from quality import selectors, services
from quality.exceptions import CauseMissing, NotContained, OwnWork, QuantityNotLeft
from quality.models import Deviation, Disposition, Nonconformance
from quality.services.deviations import Departure
from quality.services.dispositions import Choice
from quality.services.places import Found
from resources.inventory import services as inventory
from resources.inventory.models import Hold, Lot, Movement, StockUnit
from resources.inventory.selectors import usability
from tests.factories.floor import Plant, plant
from tests.factories.stock import TESTER, received, released
from tests.shopfloor.test_refusals import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> Plant:
    return plant()


@pytest.fixture
def stock() -> StockUnit:
    return released("ACRYLIC", "100", "cm2")


def raised(who: Plant, stock: StockUnit, quantity: str = "10", name: str = "operator") -> Nonconformance:
    return services.raise_nonconformance(
        actor=getattr(who, name), source="report", lot_id=stock.lot_id, stock_unit_id=stock.pk, quantity=Decimal(quantity),
        unit="cm2", defect_code="scratched", description="Scratched sheet",
    )  # fmt: skip


def decide(
    who: Plant, record: Nonconformance, kind: str = "scrap", quantity: str = "10", name: str = "quality", **more
):
    choice = Choice(kind=kind, quantity=Decimal(quantity), justification=more.pop("why", "Because"), **more)
    return services.decide_disposition(
        actor=getattr(who, name), nonconformance_id=record.pk, choice=choice, credentials=who.sign(name)
    )


@pytest.mark.requirement("QMS-04", "QMS-06", "QMS-08")
def test_it_is_contained_and_told_at_once_without_a_cause(who: Plant, stock: StockUnit) -> None:
    record = raised(who, stock)
    hold = Hold.objects.get()
    assert (record.state, record.hold_id, hold.stock_unit_id, hold.source_number) == (
        "open", hold.pk, stock.pk, record.number,
    )  # fmt: skip
    assert not usability(stock)
    alert = Alert.objects.get()
    assert (alert.role, alert.subject_number, alert.severity) == ("quality_engineer", record.number, "critical")
    assert (record.owner_role, record.due_on) == ("quality_engineer", clock.today() + timedelta(days=5))
    entry = LedgerEntry.objects.get(verb="quality.nonconformance.raised")
    assert [part["verb"] for part in entry.parts] == [
        "inventory.hold.opened",
        "inventory.hold.placed",
        "alerts.alert.raised",
    ]
    assert entry.actor_name == "Operator"
    assert entry.parts[0]["actor"] == "system:containment"


def test_scrap_by_disposition_leaves_the_stock_and_frees_the_rest(who: Plant, stock: StockUnit) -> None:
    record = raised(who, stock)
    decided = decide(who, record, quantity="10")
    stock.refresh_from_db()
    assert (stock.quantity, Hold.objects.get().lifted_at) == (Decimal(100), None)
    with pytest.raises(errors.PermissionDenied):  # the hold stays on for whoever may not decide
        services.mark_executed(actor=who.operator, disposition_id=decided.pk)
    assert Hold.objects.get().lifted_at is None
    services.mark_executed(actor=who.quality, disposition_id=decided.pk, note="Shredded")
    stock.refresh_from_db()
    assert stock.quantity == Decimal(90)
    assert Hold.objects.get().lifted_at is not None
    with refused("already-executed"):
        services.mark_executed(actor=who.quality, disposition_id=decided.pk)


def lot_of() -> Lot:
    """Four containers of 25 cm2 in quarantine, of one lot."""
    return received("ACRYLIC", "100", "cm2", containers=4)[0].lot


def whole_lot(who: Plant, lot: Lot, quantity: str) -> Disposition:
    """A nonconformance of the lot without a container of its own, and its scrap decided."""
    record = services.raise_nonconformance(
        actor=who.operator, source="report", lot_id=lot.pk, quantity=Decimal(quantity), unit="cm2",
        defect_code="scratched", description="Scratched",
    )  # fmt: skip
    return decide(who, record, quantity=quantity)


def quantities(lot: Lot) -> list[Decimal]:
    return list(StockUnit.objects.filter(lot=lot).order_by("pk").values_list("quantity", flat=True))


@pytest.mark.requirement("QMS-06")
def test_scrap_of_a_whole_lot_takes_from_its_containers_in_the_order_of_their_keys(who: Plant) -> None:
    lot = lot_of()
    decided = whole_lot(who, lot, "60")
    done = services.mark_executed(actor=who.quality, disposition_id=decided.pk)
    assert quantities(lot) == [Decimal(0), Decimal(0), Decimal(15), Decimal(25)]
    scrapped = Movement.objects.filter(kind="scrap").order_by("pk")
    assert [(move.quantity, move.to_place.kind) for move in scrapped] == [
        (Decimal(25), "scrap"), (Decimal(25), "scrap"), (Decimal(10), "scrap"),
    ]  # fmt: skip
    assert (done.execution_note, Hold.objects.open().count()) == ("", 0)


@pytest.mark.requirement("QMS-06")
def test_scrap_never_takes_what_is_released_or_held_for_another_reason(who: Plant) -> None:
    lot = lot_of()
    first, second, _third, _fourth = StockUnit.objects.filter(lot=lot).order_by("pk")
    inventory.inspect_receipt(actor=TESTER, stock_unit_id=first.pk, result="accepted", checks=[])
    other = services.raise_nonconformance(
        actor=who.operator, source="report", lot_id=lot.pk, stock_unit_id=second.pk, quantity=Decimal(5), unit="cm2",
        defect_code="bent", description="Bent",
    )  # fmt: skip
    decided = whole_lot(who, lot, "60")
    with refused("not-contained", NotContained) as caught:
        services.mark_executed(actor=who.quality, disposition_id=decided.pk)
    assert caught.value.details == {"missing": "10", "unit": "cm2", "lot": lot.display_number}
    assert "10 of 60 cm2 are in no container" in str(caught.value.reason)
    assert quantities(lot) == [Decimal(25)] * 4
    decided.refresh_from_db()
    assert (decided.executed_at, decided.nonconformance.state) == (None, "decided")
    assert (Hold.objects.open().count(), Movement.objects.filter(kind="scrap").count()) == (2, 0)
    inventory.reject_stock(actor=who.quality, stock_unit_id=first.pk, reason="Of the same lot")
    services.mark_executed(actor=who.quality, disposition_id=decided.pk)
    assert quantities(lot) == [Decimal(0), Decimal(25), Decimal(0), Decimal(15)]
    assert list(Hold.objects.open()) == [other.hold]


def test_scrap_of_more_than_its_own_container_holds_is_refused(who: Plant, stock: StockUnit) -> None:
    record = raised(who, stock, "120")
    decided = decide(who, record, quantity="120")
    with refused("not-contained", NotContained):
        services.mark_executed(actor=who.quality, disposition_id=decided.pk)
    assert quantities(stock.lot) == [Decimal(100)]
    assert Hold.objects.get().lifted_at is None


def test_pieces_of_a_card_that_are_in_no_container_any_more_are_noted(who: Plant) -> None:
    lot = lot_of()
    record = services.raise_nonconformance(
        actor=who.operator, source="step", lot_id=lot.pk, quantity=Decimal(130), unit="cm2",
        defect_code="scratched", description="Scratched", found=Found(card_id=7),
    )  # fmt: skip
    decided = decide(who, record, quantity="130")
    done = services.mark_executed(actor=who.quality, disposition_id=decided.pk, note="Shredded")
    assert done.execution_note == "Shredded 30 cm2 were in no container of the lot any more."
    assert quantities(lot) == [Decimal(0)] * 4
    entry = LedgerEntry.objects.get(verb="quality.disposition.executed")
    assert (entry.data["not_in_stock"], entry.data["unit"]) == ("30", "cm2")


def test_scrap_is_counted_in_the_unit_it_was_found_in(who: Plant, stock: StockUnit) -> None:
    record = services.raise_nonconformance(
        actor=who.operator, source="report", lot_id=stock.lot_id, stock_unit_id=stock.pk, quantity=Decimal(1000),
        unit="mm2", defect_code="scratched", description="Scratched",
    )  # fmt: skip
    services.mark_executed(actor=who.quality, disposition_id=decide(who, record, quantity="1000").pk)
    assert quantities(stock.lot) == [Decimal(90)]


@pytest.mark.requirement("QMS-07")
def test_it_closes_only_with_a_cause_and_when_all_is_carried_out(who: Plant, stock: StockUnit) -> None:
    record = raised(who, stock)
    with refused("transition-not-allowed"):
        services.close_nonconformance(actor=who.quality, nonconformance_id=record.pk)
    decided = decide(who, record)
    services.mark_executed(actor=who.quality, disposition_id=decided.pk)
    with refused("cause-missing", CauseMissing):
        services.close_nonconformance(actor=who.quality, nonconformance_id=record.pk)
    with refused("cause-missing"):
        services.record_cause(actor=who.quality, nonconformance_id=record.pk, cause_code="handling", cause=" ")
    services.record_cause(
        actor=who.quality, nonconformance_id=record.pk, cause_code="handling", cause="Slid over the table"
    )
    assert services.close_nonconformance(actor=who.quality, nonconformance_id=record.pk).closed_at is not None


def test_quantities_reconcile_over_several_decisions(who: Plant, stock: StockUnit) -> None:
    record = raised(who, stock)
    with refused("quantity-not-left", QuantityNotLeft):
        decide(who, record, quantity="11")
    first = decide(who, record, quantity="4")
    record.refresh_from_db()
    assert (record.state, selectors.undecided_quantity(record)) == ("open", Decimal(6))
    with refused("quantity-not-left"):
        decide(who, record, quantity="7")
    second = decide(who, record, "concession", "6", regulatory_requirements_met=True)
    record.refresh_from_db()
    assert record.state == "decided"
    services.mark_executed(actor=who.quality, disposition_id=first.pk)
    record.refresh_from_db()
    assert record.state == "decided"
    services.mark_executed(actor=who.quality, disposition_id=second.pk)
    record.refresh_from_db()
    assert record.state == "executed"


@pytest.mark.parametrize("answer", [None, False])
def test_a_concession_says_that_regulatory_requirements_are_met(who: Plant, stock: StockUnit, answer) -> None:
    record = raised(who, stock)
    with refused("regulatory-requirements"):
        decide(who, record, "concession", regulatory_requirements_met=answer)
    assert not Disposition.objects.exists()


@pytest.mark.parametrize(
    ("kind", "quantity", "why", "code"),
    [("melt", "10", "x", "not-valid"), ("scrap", "0", "x", "not-valid"), ("scrap", "10", " ", "reason-required")],
)
def test_a_decision_that_cannot_be(who: Plant, stock: StockUnit, kind: str, quantity: str, why: str, code: str) -> None:
    record = raised(who, stock)
    with refused(code):
        decide(who, record, kind, quantity, why=why)


def test_only_quality_decides_and_not_about_own_findings(who: Plant, stock: StockUnit) -> None:
    record = raised(who, stock, name="quality")
    with refused("own-work", OwnWork):
        decide(who, record)
    with refused("permission-denied", errors.PermissionDenied):
        decide(who, record, name="operator")
    assert decide(who, record, name="quality2").decided_by_id == who.user("quality2").pk


def test_the_decision_is_signed_over_what_was_shown(who: Plant, stock: StockUnit) -> None:
    record = raised(who, stock)
    decided = decide(who, record)
    [signature] = signatures_of(RecordRef.to(record))
    assert (signature.meaning, signature.signer_id) == ("approved", who.user("quality").pk)
    record.refresh_from_db()
    content = selectors.disposition_content(record, decided)
    assert signature_validity(signature, RecordRef.to(record), content) == "valid"
    changed = {**content, "quantity": Decimal(9)}
    assert signature_validity(signature, RecordRef.to(record), changed) == "record-changed-since"


def test_another_persons_signature_is_not_taken(who: Plant, stock: StockUnit) -> None:
    record = raised(who, stock)
    choice = Choice(kind="scrap", quantity=Decimal(10), justification="x")
    with refused("other-signer"):
        services.decide_disposition(
            actor=who.quality, nonconformance_id=record.pk, choice=choice, credentials=who.sign("quality2")
        )


class TestDeviations:
    def ask(self, who: Plant, **more) -> Deviation:
        values = {"planned": True, "valid_until": clock.now() + timedelta(hours=1), **more}
        return services.raise_deviation(
            actor=who.leader, source="override", description="Oven B instead of A", planned=values["planned"],
            found=Found(card_id=7, order_number="WO-1"),
            departure=Departure(gate="man", gate_code="not-read", valid_until=values["valid_until"]),
        )  # fmt: skip

    def decide(self, who: Plant, record: Deviation, accepted: bool = True, name: str = "quality") -> Deviation:
        return services.decide_deviation(
            actor=getattr(who, name), deviation_id=record.pk, accepted=accepted, decision="Equivalent",
            credentials=who.sign(name),
        )  # fmt: skip

    def test_an_accepted_one_opens_its_gate_for_its_card_until_it_ends(self, who: Plant) -> None:
        record = self.ask(who)
        assert selectors.override_for(7, "man", "not-read") is None
        self.decide(who, record)
        assert selectors.override_for(7, "man", "not-read") == record
        assert selectors.override_for(8, "man", "not-read") is None
        assert selectors.override_for(7, "man", "not-qualified") is None

    def test_a_rejected_one_opens_nothing(self, who: Plant) -> None:
        self.decide(who, self.ask(who), accepted=False)
        assert selectors.override_for(7, "man", "not-read") is None

    def test_a_planned_one_ends(self, who: Plant) -> None:
        with refused("not-valid"):
            self.ask(who, valid_until=None)
        past = self.ask(who, valid_until=clock.now() - timedelta(minutes=1))
        self.decide(who, past)
        assert selectors.override_for(7, "man", "not-read") is None

    def test_nobody_decides_an_own_one_and_nobody_twice(self, who: Plant) -> None:
        record = self.ask(who)
        with refused("permission-denied"):
            self.decide(who, record, name="leader")
        self.decide(who, record)
        with refused("transition-not-allowed"):
            self.decide(who, record)
        with refused("reason-required"):
            services.close_deviation(actor=who.quality, deviation_id=record.pk, reason="")
        assert services.close_deviation(actor=who.quality, deviation_id=record.pk, reason="Done").state == "closed"


def test_what_happened_is_recorded_by_anyone_who_works(who: Plant) -> None:
    record = services.report_event(actor=who.operator, what_happened="The lights went out")
    assert (record.planned, record.source, record.state) == (False, "reported", "open")
    damaged = services.report_event(actor=who.warehouse, what_happened="A carton fell from the fork")
    assert (damaged.description, damaged.state) == ("A carton fell from the fork", "open")
    with refused("permission-denied"):
        services.report_event(actor=who.planner, what_happened="x")
    with refused("not-valid"):
        services.report_event(actor=who.operator, what_happened=" ")


def test_an_inspection_has_its_inspector_and_a_rejection_its_words(who: Plant) -> None:
    with refused("permission-denied"):
        services.record_inspection(actor=who.operator, kind="patrol", result="accepted")
    with refused("reason-required"):
        services.record_inspection(actor=who.quality, kind="patrol", result="rejected")
    made = services.record_inspection(actor=who.quality, kind="patrol", result="rejected", note="Burrs")
    assert (made.inspector_name, made.number) == ("Quality", "INS-000001")


def test_quality_is_found_by_number_order_and_words(who: Plant, stock: StockUnit) -> None:
    record = raised(who, stock)
    assert selectors.search(record.number) == [record]
    assert selectors.search("scratched") == [record]
    assert list(selectors.undispositioned([stock.lot_id])) == [record]
