"""From the delivery to released stock, and what is refused on the way."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bom.models import ApprovedSource
from foundation.core import clock, gs1
from foundation.core.errors import NotValid, PermissionDenied, Refusal, TransitionNotAllowed
from foundation.core.words import spoken_day
from foundation.printing.models import PrintJob
from foundation.printing.rendering import png_of
from foundation.printing.symbols import read_symbols
from foundation.records.act import act
from foundation.records.models import LedgerEntry
from resources.inventory import services
from resources.inventory.models import HoldTarget, LabelReading, Lot, Movement, Receipt, ReceiptInspection, StockUnit
from resources.inventory.selectors import open_holds_on, unit_by_container, usability
from resources.inventory.selectors.stock import advice
from tests.factories import stock
from tests.factories.people import SETUP, actor_for, person, site

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper():
    return actor_for(person("keeper", "warehouse"))


@pytest.fixture
def quality():
    return actor_for(person("quality", "quality_engineer"))


def receive(actor, **more):
    values = {
        "item_id": stock.item().pk,
        "quantity": Decimal("0.1"),
        "unit": "m2",
        "supplier_id": stock.supplier().pk,
        "supplier_lot": " A-77 ",
        "expires_on": date(2030, 1, 31),
        "made_on": date(2025, 1, 31),
        "place": stock.place(),
        "expired_reason": "It came like this",
        **more,
    }
    return services.receive_lot(actor=actor, **values)


def test_what_has_expired_is_received_with_a_reason_only(keeper) -> None:
    day = clock.today() - timedelta(days=1)
    for reason in ("", "  "):
        with pytest.raises(NotValid) as refused:
            receive(keeper, expires_on=day, expired_reason=reason)
        assert (refused.value.code, refused.value.field) == ("expired-on-arrival", "expired_reason")
        assert spoken_day(day) in str(refused.value.reason)
    assert (StockUnit.objects.count(), Receipt.objects.count()) == (0, 0)
    unit = receive(keeper, expires_on=day, expired_reason="Sent back by mistake")[0]
    assert unit.status == "quarantine"
    kept = LedgerEntry.objects.get(verb="inventory.lot.received", outcome="done")
    assert kept.reason == "Sent back by mistake"
    assert receive(keeper, expires_on=clock.today(), expired_reason="")[0].status == "quarantine"  # its last day


def test_a_store_for_released_stock_takes_nothing_else(keeper, quality) -> None:
    store = services.create_place(
        actor=SETUP, code="WH-OK", name={"en": "Released"}, kind="stock", site=site(), released_only=True
    )
    with pytest.raises(NotValid) as refused:
        receive(keeper, place=store)
    assert (refused.value.code, refused.value.field) == ("released-only", "place")
    assert "WH-OK is for released stock only: what is Quarantine goes to another place." in str(refused.value.reason)
    assert StockUnit.objects.count() == 0
    unit = receive(keeper)[0]
    for moved in (
        lambda: services.move_stock(actor=keeper, stock_unit_id=unit.pk, place=store),
        lambda: services.split_unit(actor=keeper, stock_unit_id=unit.pk, quantity=Decimal(1), place=store),
        lambda: services.inspect_receipt(
            actor=quality, stock_unit_id=unit.pk, result="rejected", note="Scratched", place=store
        ),
    ):
        with pytest.raises(NotValid) as refused:
            moved()
        assert refused.value.code == "released-only"
    unit.refresh_from_db()
    assert (unit.status, unit.place.code, StockUnit.objects.count()) == ("quarantine", "WH-A", 1)
    services.inspect_receipt(actor=quality, stock_unit_id=unit.pk, result="accepted", place=store)
    unit.refresh_from_db()
    assert (unit.status, unit.place.code) == ("released", "WH-OK")
    with pytest.raises(NotValid):
        services.create_place(
            actor=SETUP, code="OUT", name={"en": "Out"}, kind="scrap", site=site(), released_only=True
        )


def test_a_delivery_becomes_a_lot_in_quarantine_in_containers_with_numbers_of_our_own(keeper) -> None:
    units = receive(keeper, containers=3, delivery_note="DN-9")
    lot = units[0].lot
    assert (lot.number, lot.supplier_lot, lot.unit) == ("L-000001", "A-77", "cm2")
    assert [unit.container for unit in units] == ["C-000001", "C-000002", "C-000003"]
    assert [unit.quantity for unit in units] == [Decimal("333.333334"), Decimal("333.333333"), Decimal("333.333333")]
    assert {unit.status for unit in units} == {"quarantine"}
    receipt = Receipt.objects.get()
    assert (receipt.number, receipt.quantity, receipt.stated_quantity) == ("GR-000001", Decimal(1000), "0.1 m²")
    assert (receipt.received_by_name, receipt.delivery_note) == ("Keeper", "DN-9")
    rows = Movement.objects.values_list("kind", "from_place__kind", "to_place__code", "change")
    assert set(rows) == {
        ("receive", "supplier", "WH-A", Decimal("333.333334")),
        ("receive", "supplier", "WH-A", Decimal("333.333333")),
    }
    entry = LedgerEntry.objects.latest("id")
    assert (entry.verb, entry.subject_number, entry.actor_name) == ("inventory.lot.received", "L-000001", "Keeper")


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"quantity": Decimal(0)}, "not-positive", "quantity"),
        ({"quantity": Decimal("NaN")}, "not-positive", "quantity"),
        ({"unit": "kg"}, "unit-mismatch", ""),
        ({"unit": "furlong"}, "unknown-unit", ""),
        ({"supplier_lot": " "}, "not-valid", "supplier_lot"),
        ({"containers": 0}, "not-valid", "containers"),
        ({"containers": 501}, "not-valid", "containers"),
        ({"made_on": date(2031, 1, 1)}, "not-valid", "made_on"),
        ({"expires_on": date(2024, 1, 1)}, "not-valid", "expires_on"),
    ],
)
def test_an_impossible_delivery_is_refused_and_nothing_changes(keeper, more, code, field) -> None:
    stock.place(), stock.item(), stock.supplier()
    with pytest.raises(NotValid) as refused:
        receive(keeper, **more)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not Lot.objects.exists()
    assert not StockUnit.objects.exists()
    assert not Movement.objects.exists()
    kept = LedgerEntry.objects.latest("id")
    assert (kept.verb, kept.outcome, kept.data["code"]) == ("inventory.lot.received", "refused", code)


def test_pieces_are_counted_whole(keeper) -> None:
    with pytest.raises(NotValid, match="whole"):
        receive(keeper, item_id=stock.item("SCREW", "pcs").pk, unit="pcs", quantity=Decimal("2.5"))
    with pytest.raises(NotValid, match="More containers"):
        receive(keeper, item_id=stock.item("SCREW", "pcs").pk, unit="pcs", quantity=Decimal(2), containers=3)


def test_the_shelf_life_of_the_item_gives_the_expiry(keeper) -> None:
    glue = stock.item("GLUE", "g", shelf_life_days=90)
    with pytest.raises(NotValid, match="shelf life"):
        receive(keeper, item_id=glue.pk, unit="g", made_on=None, expires_on=None)
    unit = receive(keeper, item_id=glue.pk, unit="g", made_on=date(2025, 1, 1), expires_on=None)[0]
    assert unit.lot.expires_on == date(2025, 4, 1)


def test_only_the_warehouse_receives(quality) -> None:
    with pytest.raises(PermissionDenied):
        receive(quality)
    assert not Lot.objects.exists()


@pytest.mark.requirement("BEY-16")
def test_goods_of_an_unapproved_supplier_are_received_and_held(keeper, quality) -> None:
    with act(actor=SETUP, verb="tests.source.made"):
        ApprovedSource(item=stock.item(), supplier=stock.supplier("GOOD"), part_number="X").save()
    unit = receive(keeper)[0]
    assert unit.status == "quarantine"
    assert [hold.reason for hold in open_holds_on(unit)] == ["Acme Co. is not an approved source of ACRYLIC."]
    with pytest.raises(Refusal) as refused:
        services.inspect_receipt(actor=quality, stock_unit_id=unit.pk, result="accepted")
    assert refused.value.code == "held"
    assert not ReceiptInspection.objects.exists()
    other = receive(keeper, supplier_id=stock.supplier("GOOD").pk)[0]
    assert open_holds_on(other) == []


class TestLabels:
    def test_the_label_is_read_back(self, keeper) -> None:
        first, second = receive(keeper, containers=2)
        code = gs1.own_code("container", first.container).raw
        assert services.confirm_label(actor=keeper, code="]d2" + code, stock_unit_id=first.pk) == first
        assert LabelReading.objects.get().stock_unit == first
        with pytest.raises(NotValid, match=f"label of {first.container}"):
            services.confirm_label(actor=keeper, code=code, stock_unit_id=second.pk)
        with pytest.raises(NotValid, match="a typed number does not prove"):
            services.confirm_label(actor=keeper, code=second.container, stock_unit_id=second.pk)
        with pytest.raises(NotValid, match="not one of our"):
            services.confirm_label(actor=keeper, code="LOT 5", stock_unit_id=second.pk)
        with pytest.raises(NotValid, match="no container C-999999"):
            services.confirm_label(actor=keeper, code="(91)C-999999")
        assert LabelReading.objects.count() == 1

    def test_a_container_is_found_by_its_label_and_by_its_number(self, keeper) -> None:
        unit = receive(keeper)[0]
        for code in (f"]d291{unit.container}", f"(91){unit.container}", f"91{unit.container}", unit.container):
            assert unit_by_container(code) == unit
        assert unit_by_container("C-9") is None
        assert unit_by_container(" ") is None
        assert unit_by_container("(92)TC-1") is None


class TestIncomingCheck:
    def test_accepted_is_released(self, keeper, quality) -> None:
        unit = receive(keeper)[0]
        checks = [{"check": "Thickness", "value": "5.0 mm", "passed": True}]
        done = services.inspect_receipt(actor=quality, stock_unit_id=unit.pk, result="accepted", checks=checks)
        unit.refresh_from_db()
        assert (done.result, done.inspector_name, unit.status) == ("accepted", "Quality", "released")
        assert usability(unit).ok

    def test_rejected_needs_a_reason_and_is_never_usable(self, keeper, quality) -> None:
        unit = receive(keeper)[0]
        with pytest.raises(NotValid, match="why"):
            services.inspect_receipt(actor=quality, stock_unit_id=unit.pk, result="rejected")
        services.inspect_receipt(actor=quality, stock_unit_id=unit.pk, result="rejected", note="scratched")
        unit.refresh_from_db()
        assert unit.status == "rejected"
        assert str(usability(unit).reason) == f"{unit.container} is not released: Rejected."

    def test_a_whole_delivery_is_judged_at_once(self, keeper, quality) -> None:
        units = receive(keeper, containers=4)
        services.inspect_receipt(actor=quality, stock_unit_id=units[1].pk, result="accepted", whole_lot=True)
        assert set(StockUnit.objects.values_list("status", flat=True)) == {"released"}
        assert ReceiptInspection.objects.count() == 4

    def test_a_failed_check_is_not_accepted(self, keeper, quality) -> None:
        unit = receive(keeper)[0]
        with pytest.raises(NotValid, match="Thickness"):
            services.inspect_receipt(
                actor=quality,
                stock_unit_id=unit.pk,
                result="accepted",
                checks=[{"check": "Thickness", "value": "4.1 mm", "passed": False}],
            )
        unit.refresh_from_db()
        assert unit.status == "quarantine"
        assert not ReceiptInspection.objects.exists()

    def test_who_received_it_does_not_judge_it(self) -> None:
        both = actor_for(person("both", "warehouse", "quality_engineer"))
        unit = receive(both)[0]
        with pytest.raises(PermissionDenied, match="another person"):
            services.inspect_receipt(actor=both, stock_unit_id=unit.pk, result="accepted")
        unit.refresh_from_db()
        assert unit.status == "quarantine"

    def test_without_a_check_nothing_received_is_released(self, keeper, quality) -> None:
        unit = receive(keeper)[0]
        with pytest.raises(TransitionNotAllowed, match="no accepted incoming check"):
            services.release_stock(actor=quality, stock_unit_id=unit.pk)

    def test_expired_goods_are_not_released(self, keeper, quality) -> None:
        unit = receive(keeper, expires_on=clock.today() - timedelta(days=1))[0]
        with pytest.raises(Refusal) as refused:
            services.inspect_receipt(actor=quality, stock_unit_id=unit.pk, result="accepted")
        assert refused.value.code == "expired"

    def test_what_was_rejected_leaves_the_store_of_released_stock(self, keeper, quality) -> None:
        unit = receive(keeper)[0]
        with act(actor=SETUP, verb="tests.place.made"):  # a store from before the plant said what it is for
            unit.place.released_only = True
            unit.place.save()
        judged = {"actor": quality, "stock_unit_id": unit.pk, "result": "rejected", "note": "Scratched"}
        with pytest.raises(NotValid) as refused:
            services.inspect_receipt(**judged)
        assert (refused.value.code, refused.value.field) == ("released-only", "place")
        unit.refresh_from_db()
        assert unit.status == "quarantine"
        services.inspect_receipt(**judged, place=stock.place("WH-REJECTED"))
        unit.refresh_from_db()
        assert (unit.status, unit.place.code) == ("rejected", "WH-REJECTED")

    def test_judged_once(self, keeper, quality) -> None:
        unit = receive(keeper)[0]
        services.inspect_receipt(actor=quality, stock_unit_id=unit.pk, result="accepted")
        with pytest.raises(TransitionNotAllowed, match="not in quarantine"):
            services.inspect_receipt(actor=quality, stock_unit_id=unit.pk, result="rejected", note="late")


class TestUsability:
    def test_the_reason_is_the_first_no(self) -> None:
        unit = stock.released(expires_on=clock.today())
        answer = usability(unit, item_ids=[unit.lot.item_id])
        assert answer.ok
        assert answer.evidence["lot"] == unit.lot.number
        assert answer.evidence["quantity"] == "1000"
        wrong = usability(unit, item_ids=[unit.lot.item_id + 1])
        assert not wrong.ok
        assert "not what is asked for" in str(wrong.reason)
        tomorrow = usability(unit, at=clock.now() + timedelta(days=1))
        assert str(tomorrow.reason) == f"{unit.container} expired on {spoken_day(clock.today())}."

    def test_first_expired_first_is_advice(self) -> None:
        late = stock.released(expires_on=date(2090, 1, 1))
        early = stock.released(expires_on=date(2080, 1, 1))
        answer = usability(late)
        assert answer.ok
        assert answer.evidence["advice"] == {"container": early.container, "expires_on": "2080-01-01"}
        assert "advice" not in usability(early).evidence
        assert advice(early) is None

    def test_two_queries(self, django_assert_num_queries) -> None:
        unit = stock.released()
        with django_assert_num_queries(2):
            usability(unit)


def test_a_hold_of_the_item_stops_a_release(keeper, quality) -> None:
    unit = receive(keeper)[0]
    services.place_hold(actor=quality, target=HoldTarget.item(unit.lot.item_id), reason="wrong formula")
    with pytest.raises(Refusal, match="wrong formula"):
        services.inspect_receipt(actor=quality, stock_unit_id=unit.pk, result="accepted")


@pytest.mark.requirement("BEY-10")
def test_each_container_gets_our_label_which_reads_back_as_the_container(keeper) -> None:
    units = receive(keeper, containers=2)
    prints = list(PrintJob.objects.order_by("number"))
    assert [one.subject_number for one in prints] == [unit.container for unit in units]
    assert (prints[0].data["supplier_lot"], prints[0].data["expires_on"]) == ("A-77", "2030-01-31")
    [symbol] = read_symbols(png_of(prints[1]))
    assert services.confirm_label(actor=keeper, code=symbol.text, stock_unit_id=units[1].pk) == units[1]
