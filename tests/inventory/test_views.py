"""Each page of stock, without a browser: what it shows, what it does, what it refuses."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from foundation.core import gs1
from foundation.core.errors import NotValid
from foundation.printing.models import PrintJob
from foundation.records.act import act
from resources.inventory import services
from resources.inventory.models import Hold, HoldTarget, LabelReading, Lot, Movement, Place, StockUnit
from resources.inventory.views.holds import target_named
from tests.factories import stock
from tests.factories.people import SETUP, site

pytestmark = pytest.mark.django_db


def text_of(answer) -> str:
    return answer.content.decode()


def plant():
    """Acrylic → plates → two blowers."""
    acrylic = stock.released("ACRYLIC", "1000", "cm2", supplier_lot="PMMA-7")
    wip = stock.place("WIP", "production")
    plates = stock.batch("B-PL", "PLATE")
    services.consume(actor=SETUP, stock_unit_id=acrylic.pk, quantity=Decimal(240), produced_lot_id=plates.pk)
    plate = services.produce(actor=SETUP, lot_id=plates.pk, quantity=Decimal(4), place=wip)
    parent = stock.batch("B-BL", "BLOWER")
    serials = services.open_serials(actor=SETUP, parent_lot_id=parent.pk, serials=["BL-1", "BL-2"])
    links = [
        services.consume(actor=SETUP, stock_unit_id=plate.pk, quantity=Decimal(1), produced_lot_id=serial.pk)
        for serial in serials
    ]
    for serial in serials:
        services.produce(actor=SETUP, lot_id=serial.pk, quantity=Decimal(1), place=wip)
    return acrylic, plate, serials, links


class TestReceiving:
    def form(self, **more):
        return {
            "item": stock.item().number.lower(),
            "supplier": stock.supplier().pk,
            "supplier_lot": "A-77",
            "quantity": "0,1",
            "unit": "m2",
            "containers": "2",
            "made_on": "2025-01-31",
            "expires_on": "2090-01-31",
            "place": stock.place().pk,
            "delivery_note": "DN-1",
            **more,
        }

    def test_what_has_expired_asks_why(self, logged_in) -> None:
        client, page = logged_in("warehouse"), reverse("inventory:receive")
        old = self.form(expires_on="2026-01-31")
        assert "Why it is received although" not in text_of(client.get(page))
        asked = client.post(page, old)
        assert (asked.status_code, Lot.objects.count()) == (422, 0)
        assert "It expired on 31 Jan 2026." in text_of(asked)
        assert 'name="expired_reason"' in text_of(asked)
        assert 'value="DN-1"' in text_of(asked)
        assert client.post(page, {**old, "expired_reason": "Sent back by mistake"}).status_code == 302
        assert set(StockUnit.objects.values_list("status", flat=True)) == {"quarantine"}

    def test_a_store_for_released_stock_is_not_offered(self, logged_in) -> None:
        owner, page = logged_in("system_owner"), reverse("inventory:place-create")
        values = {"code": "WH-OK", "kind": "stock", "site": site().pk, "name_en": "Released", "released_only": "on"}
        assert owner.post(page, values).status_code == 302
        store = Place.objects.get(code="WH-OK", released_only=True)
        refused = logged_in("warehouse").post(reverse("inventory:receive"), self.form(place=store.pk))
        assert (refused.status_code, Lot.objects.count()) == (422, 0)

    def test_what_stands_in_the_wrong_store_says_so(self, logged_in) -> None:
        unit = stock.released(place=stock.place("WH-OK"))
        with act(actor=SETUP, verb="tests.place.made"):
            unit.place.released_only = True
            unit.place.save()
        client, page = logged_in("quality_engineer"), reverse("inventory:unit", args=[unit.pk])
        assert "It must leave this place" not in text_of(client.get(page))
        services.reject_stock(actor=SETUP, stock_unit_id=unit.pk, reason="Scratched")
        assert "It must leave this place" in text_of(client.get(page))

    def test_receive_print_and_read_back(self, logged_in) -> None:
        client = logged_in("warehouse")
        assert client.get(reverse("inventory:receive")).status_code == 200
        answer = client.post(reverse("inventory:receive"), self.form())
        lot = Lot.objects.get()
        page = reverse("inventory:labels", args=[lot.receipt.pk])
        assert (answer.status_code, answer["Location"]) == (302, page)
        assert [unit.quantity for unit in lot.stock_units.order_by("pk")] == [500, 500]
        assert PrintJob.objects.count() == 2
        assert "in 2 containers; its labels are ready to print." in text_of(client.get(page))
        unit = lot.stock_units.first()
        assert "0 of 2 labels were read back" in text_of(client.get(page))
        wrong = client.post(page, {"code": unit.container})
        assert wrong.status_code == 422
        assert "a typed number does not prove what the code on the label says" in text_of(wrong)
        assert client.post(page, {"code": gs1.own_code("container", unit.container).raw}).status_code == 302
        assert "1 of 2 labels were read back" in text_of(client.get(page))
        assert LabelReading.objects.count() == 1

    def test_what_was_entered_stays_when_it_is_refused(self, logged_in) -> None:
        answer = logged_in("warehouse").post(reverse("inventory:receive"), self.form(unit="kg"))
        assert answer.status_code == 422
        assert "A-77" in text_of(answer)
        unknown = logged_in("planner").get(reverse("inventory:receive"))
        assert unknown.status_code == 403
        assert not Lot.objects.exists()

    def test_an_unknown_item_is_said_at_its_field(self, logged_in) -> None:
        answer = logged_in("warehouse").post(reverse("inventory:receive"), self.form(item="NOPE"))
        assert answer.status_code == 422
        assert "There is no item “NOPE”." in text_of(answer)

    def test_the_suppliers_label_fills_the_form(self, logged_in) -> None:
        stock.item("VALVE", "pcs", udi_di="04012345678901")
        code = "(01)04012345678901(17)300131(10)LOT-5(30)25"
        client = logged_in("warehouse")
        page = text_of(client.get(reverse("inventory:receive"), {"scan": code}))
        for value in ('value="VALVE"', 'value="LOT-5"', 'value="2030-01-31"', 'value="25"'):
            assert value in page
        assert "This label is not GS1" in text_of(client.get(reverse("inventory:receive"), {"scan": "LOT 5"}))


class TestChecking:
    def test_quality_checks_a_delivery(self, logged_in) -> None:
        units = stock.received(containers=2)
        client = logged_in("quality_engineer")
        assert units[0].container in text_of(client.get(reverse("inventory:quarantine-list")))
        page = reverse("inventory:unit-check", args=[units[0].pk])
        assert client.get(page).status_code == 200
        points = {"identity": "passed", "packaging": "passed", "quantity": "passed", "certificate": "na"}
        failed = client.post(page, {**points, "measurement": "failed", "result": "accepted"})
        assert failed.status_code == 422
        done = client.post(
            page,
            {**points, "measurement": "passed", "measurement_value": "5.0 mm", "result": "accepted", "whole_lot": "on"},
        )
        assert done.status_code == 302
        assert set(StockUnit.objects.values_list("status", flat=True)) == {"released"}
        shown = text_of(client.get(done["Location"]))
        assert f"Lot {units[0].lot.number}, 2 containers: Accepted." in shown
        assert "measurement: 5.0 mm" in shown

    def test_what_was_judged_is_put_away(self, logged_in) -> None:
        unit, other = stock.received(containers=2, place=stock.place("WH-QUARANTINE"))
        store = stock.place("WH-A")
        client = logged_in("quality_engineer")
        page = reverse("inventory:unit-check", args=[unit.pk])
        assert "It stays where it is" in text_of(client.get(page))
        points = dict.fromkeys(("identity", "packaging", "quantity", "certificate", "measurement"), "passed")
        wrong = {**points, "result": "accepted", "place": stock.place("SCRAP-1", "scrap").pk}
        assert client.post(page, wrong).status_code == 422
        assert StockUnit.objects.get(pk=unit.pk).status == "quarantine"
        assert client.post(page, {**points, "result": "accepted", "place": store.pk}).status_code == 302
        at = {one.pk: (one.status, one.place.code) for one in StockUnit.objects.select_related("place")}
        assert at == {unit.pk: ("released", "WH-A"), other.pk: ("quarantine", "WH-QUARANTINE")}
        assert Movement.objects.filter(kind="move", stock_unit=unit, to_place=store).count() == 1
        client.post(reverse("inventory:unit-check", args=[other.pk]), {**points, "result": "accepted"})
        assert StockUnit.objects.get(pk=other.pk).place.code == "WH-QUARANTINE"

    def test_what_has_expired_is_said_first_and_can_only_be_rejected(self, logged_in) -> None:
        unit = stock.received(expires_on=date(2020, 1, 31), made_on=date(2019, 1, 31))[0]
        client = logged_in("quality_engineer")
        page = reverse("inventory:unit-check", args=[unit.pk])
        shown = text_of(client.get(page))
        assert "It cannot be accepted" in shown
        assert f"{unit.container} expired on 31 Jan 2020." in shown
        assert "Packaging is whole and clean" not in shown
        accepted = client.post(page, {"result": "accepted"})
        assert accepted.status_code == 422
        assert StockUnit.objects.get().status == "quarantine"
        assert client.post(page, {"result": "rejected", "note": "Expired"}).status_code == 302
        assert StockUnit.objects.get().status == "rejected"

    def test_what_is_held_is_said_first(self, logged_in) -> None:
        unit = stock.received()[0]
        services.place_hold(actor=SETUP, target=HoldTarget.lot(unit.lot_id), reason="Water in the truck")
        page = text_of(logged_in("quality_engineer").get(reverse("inventory:unit-check", args=[unit.pk])))
        assert f"{unit.container} is held: Water in the truck" in page
        assert "Packaging is whole and clean" not in page

    def test_a_label_that_has_expired_is_said_at_the_scan(self, logged_in) -> None:
        client = logged_in("warehouse")
        old = client.get(reverse("inventory:receive"), {"scan": "(01)00614141999996(17)200131(10)A-1"})
        assert "This label says that it has expired" in text_of(old)
        good = client.get(reverse("inventory:receive"), {"scan": "(01)00614141999996(17)490131(10)A-1"})
        assert "This label says that it has expired" not in text_of(good)

    def test_the_warehouse_does_not_check(self, logged_in) -> None:
        unit = stock.received()[0]
        assert logged_in("warehouse").get(reverse("inventory:unit-check", args=[unit.pk])).status_code == 403


class TestContainers:
    def test_the_page_says_why_it_may_not_be_used(self, logged_in) -> None:
        unit = stock.received()[0]
        page = text_of(logged_in("operator").get(reverse("inventory:unit", args=[unit.pk])))
        assert f"{unit.container} is not released: Quarantine." in page

    def test_what_is_released_on_the_floor_is_to_be_put_away(self, logged_in) -> None:
        unit = stock.released("SCREW", "10", "pcs")
        client, page = logged_in("warehouse"), reverse("inventory:unit", args=[unit.pk])
        assert "To be put away" not in text_of(client.get(page))
        floor = stock.place("FLOOR-9", "production")
        client.post(reverse("inventory:unit-move", args=[unit.pk]), {"place": floor.pk})
        assert "To be put away" in text_of(client.get(page))

    def test_move_split_scrap_and_print_again(self, logged_in) -> None:
        unit = stock.released("SCREW", "10", "pcs")
        client = logged_in("warehouse")
        there = stock.place("WH-B")
        client.post(reverse("inventory:unit-move", args=[unit.pk]), {"place": there.pk})
        split = client.post(reverse("inventory:unit-split", args=[unit.pk]), {"quantity": "4", "reason": "box"})
        part = StockUnit.objects.latest("pk")
        assert split["Location"] == reverse("inventory:unit", args=[part.pk])
        client.post(reverse("inventory:unit-scrap", args=[part.pk]), {"quantity": "1", "reason": "bent"})
        unit.refresh_from_db(), part.refresh_from_db()
        assert (unit.place, unit.quantity, part.quantity, part.place) == (there, 6, 3, there)
        assert client.post(reverse("inventory:unit-label", args=[unit.pk]), {"reason": ""}).status_code == 422
        assert client.post(reverse("inventory:unit-label", args=[unit.pk]), {"reason": "torn"}).status_code == 302
        assert "PR-" in text_of(client.get(reverse("inventory:unit", args=[unit.pk])))

    def test_a_wrong_quantity_changes_nothing(self, logged_in) -> None:
        unit = stock.released("SCREW", "10", "pcs")
        client = logged_in("warehouse")
        for quantity, status in (("x", 302), ("11", 422), ("-1", 422)):
            answer = client.post(reverse("inventory:unit-scrap", args=[unit.pk]), {"quantity": quantity, "reason": "r"})
            assert answer.status_code == status
        unit.refresh_from_db()
        assert unit.quantity == 10

    def test_quality_rejects_and_judges_again(self, logged_in) -> None:
        unit = stock.released("SCREW", "10", "pcs")
        client = logged_in("quality_engineer")
        page = reverse("inventory:unit-status", args=[unit.pk])
        assert client.post(page, {"event": "reject", "reason": ""}).status_code == 422
        assert client.post(page, {"event": "reject", "reason": "rust"}).status_code == 302
        assert client.post(page, {"event": "reject", "reason": "rust"}).status_code == 409
        assert client.post(page, {"event": "judge_again", "reason": "it was dust"}).status_code == 302
        unit.refresh_from_db()
        assert unit.status == "quarantine"


class TestHolds:
    def test_place_and_lift(self, logged_in) -> None:
        acrylic, _plate, serials, _links = plant()
        client = logged_in("quality_engineer")
        page = reverse("inventory:hold-place")
        assert client.get(page, {"kind": "lot", "number": acrylic.lot.number}).status_code == 200
        placed = client.post(
            page, {"kind": "supplier_lot", "number": acrylic.container, "reason": "supplier reports a mix-up"}
        )
        hold = Hold.objects.get()
        assert placed["Location"] == reverse("inventory:hold", args=[hold.pk])
        shown = text_of(client.get(placed["Location"]))
        for number in (acrylic.lot.number, "B-PL", "BL-1", "BL-2"):
            assert number in shown
        serial = text_of(client.get(reverse("inventory:lot", args=[serials[0].pk])))
        assert hold.number in serial
        lift = reverse("inventory:hold-lift", args=[hold.pk])
        assert client.post(lift, {"reason": ""}).status_code == 422
        assert client.post(lift, {"reason": "papers mixed up, goods right"}).status_code == 302
        holds = reverse("inventory:hold-list")
        listed = {state: hold.number in text_of(client.get(holds, {"state": state})) for state in ("", "lifted", "all")}
        assert listed == {"": False, "lifted": True, "all": True}
        services.place_hold(actor=SETUP, target=HoldTarget.item(stock.item().pk), reason="Doubt")
        assert "Doubt" in text_of(client.get(holds))

    @pytest.mark.parametrize("kind", ["lot", "lot_wide", "stock_unit", "supplier_lot", "item"])
    def test_a_number_that_nothing_has(self, kind) -> None:
        with pytest.raises(NotValid) as refused:
            target_named(SETUP, kind, "NOTHING-1")
        assert refused.value.field == "number"

    def test_what_a_number_means(self) -> None:
        acrylic, _plate, serials, _links = plant()
        supplier = acrylic.lot.supplier_id
        assert target_named(SETUP, "item", "acrylic") == HoldTarget.item(acrylic.lot.item_id)
        assert target_named(SETUP, "stock_unit", f"(91){acrylic.container}") == HoldTarget.stock_unit(acrylic.pk)
        assert target_named(SETUP, "lot_wide", "BL-1") == HoldTarget.lot(serials[0].pk, with_descendants=True)
        assert target_named(SETUP, "supplier_lot", "PMMA-7") == HoldTarget.supplier_lot(supplier, "PMMA-7")
        with pytest.raises(NotValid, match="does not name one lot of one supplier"):
            target_named(SETUP, "supplier_lot", "BL-1")


class TestLots:
    def test_stock_genealogy_and_movements(self, logged_in) -> None:
        acrylic, plate, _serials, links = plant()
        services.remove_link(
            actor=SETUP, link_id=links[0].pk, quantity=Decimal(1), return_to=stock.place(), reason="cracked"
        )
        client = logged_in("auditor")
        lot = plate.lot
        assert plate.container in text_of(client.get(reverse("inventory:lot", args=[lot.pk])))
        genealogy = text_of(client.get(reverse("inventory:lot-genealogy", args=[lot.pk])))
        for words in (acrylic.lot.number, "BL-1", "BL-2"):
            assert words in genealogy
        assert "Used" in text_of(client.get(reverse("inventory:lot-movements", args=[lot.pk])))

    def test_lists_filter_search_and_export(self, logged_in) -> None:
        plant()
        client = logged_in("auditor")
        assert "PMMA-7" in text_of(client.get(reverse("inventory:lot-list"), {"q": "pmma"}))
        assert "BL-1" not in text_of(client.get(reverse("inventory:lot-list"), {"item": "PLATE"}))
        exported = client.get(reverse("inventory:stock-list"), {"export": "csv", "status": "in_process"})
        rows = list(csv.reader(io.StringIO(exported.getvalue().decode("utf-8-sig"))))
        assert [row[3] for row in rows[1:]] == ["BL-2", "BL-1", "B-PL"]
        for name in ("receipt-list", "hold-list", "place-list", "quarantine-list"):
            assert client.get(reverse(f"inventory:{name}")).status_code == 200


@pytest.mark.requirement("TRC-01")
class TestTrace:
    def lines(self, answer):
        return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

    def test_from_the_acrylic_to_the_serials_with_quantities_and_places(self, logged_in) -> None:
        acrylic, _plate, _serials, _links = plant()
        client = logged_in("auditor")
        page = text_of(client.get(reverse("inventory:trace"), {"q": acrylic.lot.number, "direction": "down"}))
        assert "4 lots in all, nothing left out." in page
        rows = self.lines(client.get(reverse("inventory:trace"), {"q": "PMMA-7", "direction": "down", "export": "csv"}))
        found = [(row["depth"], row["lot"], row["put_in"], row["unit"], row["places"]) for row in rows]
        assert found == [
            ("0", acrylic.lot.number, "", "", "WH-A (released) 760 cm2"),
            ("1", "B-PL", "240", "cm2", "WIP (in_process) 2 pcs"),
            ("2", "BL-1", "1", "pcs", "WIP (in_process) 1 pcs"),
            ("2", "BL-2", "1", "pcs", "WIP (in_process) 1 pcs"),
        ]

    def test_back_to_the_suppliers_lot_net_and_full(self, logged_in) -> None:
        acrylic, _plate, _serials, links = plant()
        services.remove_link(
            actor=SETUP, link_id=links[0].pk, quantity=Decimal(1), return_to=stock.place(), reason="cracked"
        )
        client = logged_in("auditor")
        asked = {"q": "BL-1", "direction": "up", "export": "csv"}
        net = self.lines(client.get(reverse("inventory:trace"), {**asked, "net": "net"}))
        full = self.lines(client.get(reverse("inventory:trace"), {**asked, "net": "full"}))
        assert [row["lot"] for row in net] == ["BL-1", "B-BL"]
        assert [(row["lot"], row["put_in"], row["taken_out"], row["net"]) for row in full] == [
            ("BL-1", "", "", ""),
            ("B-PL", "1", "1", "0"),
            (acrylic.lot.number, "240", "0", "240"),
            ("B-BL", "1", "0", "1"),
        ]
        assert full[2]["supplier_lot"] == "PMMA-7"

    def test_both_ways_with_a_picture(self, logged_in) -> None:
        plant()
        client = logged_in("auditor")
        assert client.get(reverse("inventory:trace")).status_code == 200
        assert "Nothing has this number." in text_of(client.get(reverse("inventory:trace"), {"q": "NOPE"}))
        page = text_of(client.get(reverse("inventory:trace"), {"q": "B-PL"}))
        assert reverse("inventory:trace-graph") in page
        graph = client.get(reverse("inventory:trace-graph"), {"q": "B-PL"}).json()
        assert {node["number"] for node in graph["nodes"]} == {
            Lot.objects.get(supplier_lot="PMMA-7").number,
            "B-PL",
            "BL-1",
            "BL-2",
        }
        assert len(graph["edges"]) == 3


def test_the_search_box_finds_lots_serials_containers_and_labels(logged_in) -> None:
    acrylic, _plate, serials, _links = plant()
    client = logged_in("auditor")
    for text, url in (
        (acrylic.container, reverse("inventory:unit", args=[acrylic.pk])),
        (f"(91){acrylic.container}", reverse("inventory:unit", args=[acrylic.pk])),
        ("BL-2", reverse("inventory:lot", args=[serials[1].pk])),
        (acrylic.lot.number, reverse("inventory:lot", args=[acrylic.lot_id])),
    ):
        answer = client.get(reverse("portal:search"), {"q": text})
        assert (answer.status_code, answer.headers.get("Location")) == (302, url)
    assert "PMMA-7" in text_of(client.get(reverse("portal:search"), {"q": "PMMA"}))


def test_places_are_made_by_the_warehouse(logged_in) -> None:
    site = stock.site()
    client = logged_in("warehouse")
    form = {"code": "WH-C", "kind": "stock", "site": site.pk, "name_en": "Cold room", "name_zh": "冷库"}
    assert client.post(reverse("inventory:place-create"), form).status_code == 302
    assert client.post(reverse("inventory:place-create"), form).status_code == 422
    assert "WH-C" in text_of(client.get(reverse("inventory:place-list")))


def test_the_queries_of_the_lists_do_not_grow(logged_in, django_assert_max_num_queries) -> None:
    plant()
    for number in range(12):
        stock.released(f"PART-{number}", "10", "pcs")
    client = logged_in("auditor")
    for name in ("lot-list", "stock-list", "receipt-list", "hold-list", "quarantine-list"):
        with django_assert_max_num_queries(25):
            client.get(reverse(f"inventory:{name}"))
