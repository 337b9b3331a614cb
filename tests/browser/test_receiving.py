"""A delivery in a browser: scanned in, labelled, read back, checked, held, and traced to what was made of it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from resources.inventory import services
from resources.inventory.models import Lot, StockUnit
from tests.browser.conftest import OpenPage
from tests.browser.helpers import DESK, log_in, overflow, scan, serious
from tests.factories import stock
from tests.factories.people import SECRET, SETUP, person

pytestmark = pytest.mark.browser
Shot = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def people(live_site: str) -> None:
    person("keeper", "warehouse", name="Kim Keeper")
    person("quality", "quality_engineer", name="Qiu Quality")
    stock.item("ACRYLIC", "cm2", udi_di="04012345678901")
    stock.supplier()
    stock.place()


@pytest.mark.requirement("TRC-01", "TRC-02")
def test_a_delivery_is_received_by_scanner_and_its_labels_read_back(
    open_page: OpenPage, live_site: str, people: None, shot: Shot
) -> None:
    page = open_page(DESK, site=live_site)
    log_in(page, live_site, "keeper", SECRET)
    page.goto(f"{live_site}/inventory/receipts/new/")
    scan(page, "(01)04012345678901(17)300131(10)PMMA-7")
    expect(page.get_by_label("Supplier's lot")).to_have_value("PMMA-7")
    expect(page.get_by_label("Item")).to_have_value("ACRYLIC")
    page.get_by_label("Supplier", exact=True).select_option(label="Acme Co.")
    page.get_by_label("Quantity in all").fill("0.2")
    page.get_by_label("Unit").select_option("m2")
    page.get_by_label("Containers").fill("2")
    page.get_by_label("Put at").select_option(label="WH-A")
    shot(page, "inventory-receive")
    assert serious(page) == []
    page.get_by_role("button", name="Receive and make labels").click()

    expect(page.get_by_text("0 of 2 labels were read back.")).to_be_visible()
    for number, container in enumerate(StockUnit.objects.order_by("pk").values_list("container", flat=True), start=1):
        scan(page, f"]d291{container}")
        expect(page.get_by_text(f"The label of {container} reads.")).to_be_visible()
        if number == 1:
            shot(page, "inventory-labels")
            assert serious(page) == []
    expect(page.get_by_text("Labels read back")).to_be_visible()
    assert Lot.objects.get().supplier_lot == "PMMA-7"


def test_quality_checks_it_without_javascript(open_page: OpenPage, live_site: str, people: None, shot: Shot) -> None:
    page = open_page(DESK, site=live_site, scripts=False)
    log_in(page, live_site, "quality", SECRET)
    page.goto(f"{live_site}/inventory/quarantine/")
    page.get_by_role("link", name="Check it").first.click()
    for group in page.get_by_role("group").all():
        passed = group.get_by_label("Passed")
        if passed.count():
            passed.check()
    page.get_by_label("Accepted").check()
    shot(page, "inventory-check")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Released").first).to_be_visible()
    assert set(StockUnit.objects.values_list("status", flat=True)) == {"released"}
    shot(page, "inventory-lot")


def test_it_is_held_with_all_that_was_made_of_it_and_traced(
    open_page: OpenPage, live_site: str, people: None, shot: Shot
) -> None:
    sheet = StockUnit.objects.select_related("lot").order_by("pk").first()
    assert sheet is not None
    wip = stock.place("WIP", "production")
    plates = stock.batch("B-PL", "PLATE")
    services.consume(actor=SETUP, stock_unit_id=sheet.pk, quantity=Decimal(240), produced_lot_id=plates.pk)
    plate = services.produce(actor=SETUP, lot_id=plates.pk, quantity=Decimal(4), place=wip)
    parent = stock.batch("B-BL", "BLOWER")
    for serial in services.open_serials(actor=SETUP, parent_lot_id=parent.pk, serials=["BL-1", "BL-2"]):
        services.consume(actor=SETUP, stock_unit_id=plate.pk, quantity=Decimal(1), produced_lot_id=serial.pk)
        services.produce(actor=SETUP, lot_id=serial.pk, quantity=Decimal(1), place=wip)

    page = open_page(DESK, site=live_site)
    log_in(page, live_site, "quality", SECRET)
    page.goto(f"{live_site}/inventory/trace/?q=PMMA-7")
    expect(page.get_by_text("4 lots in all, nothing left out.")).to_be_visible()
    expect(page.get_by_role("link", name="BL-2").first).to_be_visible()
    page.wait_for_timeout(500)  # the picture is drawn
    shot(page, "inventory-trace")
    assert serious(page) == []
    assert overflow(page) <= 0

    page.goto(f"{live_site}/inventory/holds/new/?kind=supplier_lot&number={sheet.lot.number}")
    page.get_by_label("Why").fill("The supplier reports a mix-up")
    page.get_by_role("button", name="Hold", exact=True).click()
    for number in (sheet.lot.number, "B-PL", "BL-1", "BL-2"):
        expect(page.get_by_role("link", name=number)).to_be_visible()
    shot(page, "inventory-hold")
    assert serious(page) == []
    page.goto(f"{live_site}/inventory/stock/{plate.pk}/")
    expect(page.get_by_text("It may not be used.")).to_be_visible()
    shot(page, "inventory-unit")
    assert serious(page) == []
    assert overflow(page) <= 0
    page.goto(f"{live_site}/inventory/stock/?status=in_process")
    shot(page, "inventory-stock")
    assert serious(page) == []
