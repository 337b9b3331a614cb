"""What goes into what, what comes out again, and what the impossible is refused with."""

from decimal import Decimal

import pytest

from foundation.core.errors import NotValid, PermissionDenied
from foundation.records.models import LedgerEntry
from resources.inventory import services
from resources.inventory.models import GenealogyLink, Lot, Movement, StockUnit
from resources.inventory.selectors import net_consumption, stock_differences
from resources.inventory.services import Consumption, Production
from tests.factories import stock
from tests.factories.people import SETUP, actor_for, person

pytestmark = pytest.mark.django_db


def rows_of_all() -> tuple[int, int, int]:
    return Movement.objects.count(), GenealogyLink.objects.count(), StockUnit.objects.count()


def test_60_square_centimetres_of_a_sheet_in_square_metres_go_into_a_plate() -> None:
    sheet, plates = stock.released("SHEET", "2", "m2"), stock.batch()
    link = services.consume(
        actor=SETUP,
        stock_unit_id=sheet.pk,
        quantity=Decimal(60),
        unit="cm2",
        produced_lot_id=plates.pk,
        card_id=7,
        step_key="10.20",
        position="A7",
    )
    sheet.refresh_from_db()
    assert sheet.quantity == Decimal("1.994")
    assert (link.kind, link.quantity, link.unit, link.position, link.card_id) == (
        "consume",
        Decimal("0.006"),
        "m2",
        "A7",
        7,
    )
    moved = Movement.objects.get(kind="consume")
    assert (moved.change, moved.from_place.code, moved.to_place.kind, moved.step_key) == (
        Decimal("-0.006"),
        "WH-A",
        "production",
        "10.20",
    )
    assert list(stock_differences()) == []


@pytest.mark.parametrize(
    ("quantity", "unit", "code"),
    [
        ("1000.000000001", "cm2", "not-enough"),
        ("11", "m2", "not-enough"),
        ("1", "kg", "unit-mismatch"),
        ("-1", "cm2", "not-positive"),
        ("0", "cm2", "not-positive"),
        ("0.0000000001", "cm2", "not-exact"),
    ],
)
@pytest.mark.requirement("FLR-13")
def test_the_impossible_is_refused_and_changes_nothing(quantity, unit, code) -> None:
    sheet, plates = stock.released(), stock.batch()
    before = rows_of_all()
    with pytest.raises(NotValid) as refused:
        services.consume(
            actor=SETUP, stock_unit_id=sheet.pk, quantity=Decimal(quantity), unit=unit, produced_lot_id=plates.pk
        )
    assert refused.value.code == code
    sheet.refresh_from_db()
    assert sheet.quantity == 1000
    assert rows_of_all() == before
    assert LedgerEntry.objects.latest("id").data["code"] == code


def test_a_lot_does_not_go_into_itself_nor_into_nothing() -> None:
    sheet = stock.released()
    for produced, code in ((sheet.lot_id, "same-lot"), (999_999, "not-found")):
        with pytest.raises(NotValid) as refused:
            services.consume(actor=SETUP, stock_unit_id=sheet.pk, quantity=Decimal(1), produced_lot_id=produced)
        assert refused.value.code == code
    assert not GenealogyLink.objects.exists()


def test_who_has_no_right_to_use_stock_is_refused() -> None:
    auditor = actor_for(person("auditor", "auditor"))
    sheet, plates = stock.released(), stock.batch()
    with pytest.raises(PermissionDenied):
        services.consume(actor=auditor, stock_unit_id=sheet.pk, quantity=Decimal(1), produced_lot_id=plates.pk)
    assert not GenealogyLink.objects.exists()


@pytest.mark.parametrize("role", ["planner", "qa_releaser", "auditor"])
def test_who_plans_or_releases_moves_splits_and_scraps_nothing(role: str) -> None:
    actor, sheet, other = actor_for(person(role, role)), stock.released(), stock.place("P-9")
    for act in (
        lambda: services.move_stock(actor=actor, stock_unit_id=sheet.pk, place=other),
        lambda: services.split_unit(actor=actor, stock_unit_id=sheet.pk, quantity=Decimal(1)),
        lambda: services.scrap_stock(actor=actor, stock_unit_id=sheet.pk, quantity=Decimal(1), reason="x"),
    ):
        with pytest.raises(PermissionDenied):
            act()
    after = type(sheet).objects.get(pk=sheet.pk)
    assert (after.place, after.quantity) == (sheet.place, sheet.quantity)


class TestTakingOutAgain:
    def make(self) -> GenealogyLink:
        screws = stock.released("SCREW", "10", "pcs")
        return services.consume(
            actor=SETUP, stock_unit_id=screws.pk, quantity=Decimal(4), produced_lot_id=stock.batch().pk
        )

    def test_a_wrong_part_comes_out_into_quarantine(self) -> None:
        link = self.make()
        out = services.remove_link(
            actor=SETUP, link_id=link.pk, quantity=Decimal(1), return_to=stock.place(), reason="wrong thread"
        )
        assert (out.status, out.quantity, out.lot_id) == ("quarantine", 1, link.consumed_lot_id)
        net = net_consumption(link.produced_lot_id)[0]
        assert (net.put_in, net.taken_out, net.net, net.kinds) == (4, 1, 3, ("consume", "remove"))
        removal = GenealogyLink.objects.get(kind="remove")
        assert (removal.removes_id, removal.quantity) == (link.pk, 1)
        assert list(stock_differences()) == []

    def test_to_scrap_it_is_gone(self) -> None:
        link = self.make()
        out = services.remove_link(
            actor=SETUP,
            link_id=link.pk,
            quantity=Decimal(4),
            return_to=stock.place("SCRAP", "scrap"),
            reason="bent",
        )
        assert (out.status, out.quantity) == ("rejected", 0)
        assert list(Movement.objects.filter(stock_unit=out).values_list("kind", "change")) == [
            ("return", 4),
            ("scrap", -4),
        ]
        assert net_consumption(link.produced_lot_id)[0].net == 0
        assert list(stock_differences()) == []

    def test_not_more_than_is_still_in_and_never_without_a_reason(self) -> None:
        link = self.make()
        services.remove_link(actor=SETUP, link_id=link.pk, quantity=Decimal(3), return_to=stock.place(), reason="wrong")
        before = rows_of_all()
        for quantity, reason, code in ((2, "again", "not-enough"), (1, " ", "reason-required")):
            with pytest.raises(NotValid) as refused:
                services.remove_link(
                    actor=SETUP,
                    link_id=link.pk,
                    quantity=Decimal(quantity),
                    return_to=stock.place(),
                    reason=reason,
                )
            assert refused.value.code == code
        removal = GenealogyLink.objects.get(kind="remove")
        with pytest.raises(NotValid, match="Only what was used"):
            services.remove_link(
                actor=SETUP, link_id=removal.pk, quantity=Decimal(1), return_to=stock.place(), reason="?"
            )
        assert rows_of_all() == before


class TestMany:
    def test_each_container_is_lessened_once_and_every_serial_gets_its_links(self) -> None:
        a, b = stock.released("A", "100", "pcs"), stock.released("B", "50", "g")
        lots = services.open_serials(actor=SETUP, parent_lot_id=stock.batch().pk, serials=["S1", "S2", "S3"])
        rows = [
            Consumption(unit.pk, Decimal(amount), lot.pk, card_id=5)
            for lot in lots
            for unit, amount in ((a, "2"), (b, "0.5"))
        ]
        links = services.consume_many(actor=SETUP, rows=rows)
        assert [
            (link.consumed_lot_id, link.produced_lot_id)
            for pk in links[:2]
            for link in [GenealogyLink.objects.get(pk=pk)]
        ] == [
            (a.lot_id, lots[0].pk),
            (b.lot_id, lots[0].pk),
        ]
        a.refresh_from_db(), b.refresh_from_db()
        assert (a.quantity, b.quantity) == (94, Decimal("48.5"))
        assert a.history.count() == 3  # received, released, used once
        assert list(Movement.objects.filter(kind="consume").order_by("id").values_list("quantity", flat=True)) == [
            6,
            Decimal("1.5"),
        ]
        assert GenealogyLink.objects.filter(kind="consume").count() == 6
        assert list(stock_differences()) == []

    def test_one_row_too_much_refuses_all(self) -> None:
        a, plates = stock.released("A", "3", "pcs"), stock.batch()
        before = rows_of_all()
        with pytest.raises(NotValid, match="holds 1 pcs, not 2 pcs"):
            services.consume_many(
                actor=SETUP,
                rows=[Consumption(a.pk, Decimal(2), plates.pk), Consumption(a.pk, Decimal(2), plates.pk)],
            )
        a.refresh_from_db()
        assert a.quantity == 3
        assert rows_of_all() == before

    def test_the_number_of_statements_does_not_grow(self, django_assert_max_num_queries) -> None:
        a = stock.released("A", "1000", "pcs")
        parent = stock.batch()
        serials = services.open_serials(actor=SETUP, parent_lot_id=parent.pk, serials=[f"S{n}" for n in range(200)])
        rows = [Consumption(a.pk, Decimal(1), lot.pk, card_id=1) for lot in serials]
        with django_assert_max_num_queries(20):
            services.consume_many(actor=SETUP, rows=rows)
        with django_assert_max_num_queries(20):
            services.produce_many(
                actor=SETUP,
                rows=[Production(lot.pk, Decimal(1)) for lot in serials],
                place=stock.place("WIP", "production"),
            )


class TestMaking:
    def test_what_is_made_is_in_process_until_somebody_releases_it(self) -> None:
        lot, wip = stock.batch(), stock.place("WIP", "production")
        unit = services.produce(actor=SETUP, lot_id=lot.pk, quantity=Decimal(3), place=wip, card_id=9)
        assert (unit.quantity, unit.status) == (3, "in_process")
        more = services.produce(actor=SETUP, lot_id=lot.pk, quantity=Decimal(2), place=wip, stock_unit_id=unit.pk)
        assert (more.pk, more.quantity) == (unit.pk, 5)
        with pytest.raises(NotValid, match="until someone releases"):
            services.produce(actor=SETUP, lot_id=lot.pk, quantity=Decimal(1), place=wip, status="released")
        with pytest.raises(NotValid, match="holds no stock"):
            services.produce(actor=SETUP, lot_id=lot.pk, quantity=Decimal(1), place=stock.place("X", "scrap"))
        services.release_stock(actor=stock.TESTER, stock_unit_id=unit.pk)
        unit.refresh_from_db()
        assert (unit.quantity, unit.status) == (5, "released")
        assert list(stock_differences()) == []

    def test_a_serial_is_a_lot_of_one_of_its_batch(self) -> None:
        parent = stock.batch("B-7", built_to_card=42)
        serial = services.open_lot(
            actor=SETUP, item_id=parent.item_id, number="B-7", serial="SN-1", parent_lot_id=parent.pk
        )
        assert (str(serial), serial.parent_lot_id) == ("SN-1", parent.pk)
        link = GenealogyLink.objects.get()
        assert (link.kind, link.consumed_lot_id, link.produced_lot_id, link.quantity) == (
            "split",
            parent.pk,
            serial.pk,
            1,
        )
        with pytest.raises(NotValid, match="given before"):
            services.open_serials(actor=SETUP, parent_lot_id=parent.pk, serials=["SN-2", "SN-1"])
        with pytest.raises(NotValid, match="once"):
            services.open_serials(actor=SETUP, parent_lot_id=parent.pk, serials=["SN-3", "SN-3"])
        assert Lot.objects.count() == 2

    def test_a_lot_is_in_the_unit_of_its_item(self) -> None:
        plate = stock.item("PLATE", "pcs")
        with pytest.raises(NotValid, match="counted in pcs"):
            services.open_lot(actor=SETUP, item_id=plate.pk, number="B", unit="g")
        with pytest.raises(NotValid, match="has a number"):
            services.open_lot(actor=SETUP, item_id=plate.pk, number=" ")
        assert not Lot.objects.exists()


class TestMovingAndSplitting:
    def test_a_container_moves_whole_with_its_status(self) -> None:
        unit = stock.received()[0]
        line = stock.place("LINE", "production")
        services.move_stock(actor=SETUP, stock_unit_id=unit.pk, place=line)
        unit.refresh_from_db()
        assert (unit.place, unit.status, unit.quantity) == (line, "quarantine", 1000)
        last = Movement.objects.latest("id")
        assert (last.kind, last.quantity, last.change) == ("move", 1000, 0)
        for target, word in ((line, "there already"), (stock.place("GONE", "scrap"), "holds no stock")):
            with pytest.raises(NotValid, match=word):
                services.move_stock(actor=SETUP, stock_unit_id=unit.pk, place=target)
        assert list(stock_differences()) == []

    def test_a_part_becomes_a_container_of_its_own(self) -> None:
        unit = stock.released("SCREW", "10", "pcs")
        part = services.split_unit(actor=SETUP, stock_unit_id=unit.pk, quantity=Decimal(4), reason="doubtful")
        unit.refresh_from_db()
        assert (unit.quantity, part.quantity, part.status, part.lot_id) == (6, 4, "released", unit.lot_id)
        assert part.container != unit.container
        assert list(stock_differences()) == []

    def test_a_part_becomes_a_lot_of_its_own(self) -> None:
        unit = stock.released("SCREW", "10", "pcs")
        part = services.split_unit(
            actor=SETUP, stock_unit_id=unit.pk, quantity=Decimal(1), new_lot_number="L-1/1", reason="nonconforming"
        )
        assert (part.lot.number, part.lot.parent_lot_id, part.lot.supplier_lot) == ("L-1/1", unit.lot_id, "S-1")
        link = GenealogyLink.objects.get()
        assert (link.kind, link.consumed_lot_id, link.produced_lot_id, link.quantity) == (
            "split",
            unit.lot_id,
            part.lot_id,
            1,
        )

    def test_containers_are_merged_when_they_are_alike(self) -> None:
        one, two = stock.received("SCREW", "10", "pcs", containers=2)
        with pytest.raises(NotValid, match="differ"):
            services.merge_units(actor=SETUP, into_id=one.pk, from_ids=[stock.received("SCREW", "1", "pcs")[0].pk])
        merged = services.merge_units(actor=SETUP, into_id=one.pk, from_ids=[two.pk])
        two.refresh_from_db()
        assert (merged.quantity, two.quantity) == (10, 0)
        assert list(stock_differences()) == []

    def test_scrap_needs_a_reason(self) -> None:
        unit = stock.released("SCREW", "10", "pcs")
        with pytest.raises(NotValid, match="reason"):
            services.scrap_stock(actor=SETUP, stock_unit_id=unit.pk, quantity=Decimal(1), reason="")
        services.scrap_stock(actor=SETUP, stock_unit_id=unit.pk, quantity=Decimal(1), reason="bent")
        services.scrap_stock(
            actor=SETUP, stock_unit_id=unit.pk, quantity=Decimal(2), reason="pulled apart", destroyed=True
        )
        unit.refresh_from_db()
        assert unit.quantity == 7
        assert set(Movement.objects.filter(kind="scrap").values_list("to_place__kind", "change")) == {
            ("scrap", -1),
            ("destroyed", -2),
        }
