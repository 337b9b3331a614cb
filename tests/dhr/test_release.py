"""What was made here leaves "in process" by its signed record only; who decides is who signs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dhr import services
from dhr.exceptions import NotIndependent, NotReleasable
from dhr.models import DeviceHistoryRecord, RecordVersion
from foundation.core.errors import NotValid
from foundation.records.models import LedgerEntry, Signature
from resources.inventory import services as inventory
from resources.inventory.models import Movement
from tests.factories.floor import Running
from tests.factories.people import SETUP, site
from tests.factories.records import built_plates, record_of, release, review
from tests.factories.stock import place
from tests.shopfloor.test_views import client_of
from tests.shopfloor.venturi import venturi

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Running:
    return venturi()


def test_stock_in_process_is_not_released_beside_its_record(made: Running) -> None:
    stock = made.batch.stock_unit
    with pytest.raises(NotReleasable) as refused:
        inventory.change_status(actor=made.plant.quality, stock_unit_id=stock.pk, event="release", reason="In a hurry")
    stock.refresh_from_db()
    assert (refused.value.code, stock.status) == ("release-by-record", "in_process")
    assert LedgerEntry.objects.filter(verb="inventory.stock.released", outcome="refused").count() == 1


def test_nor_by_way_of_quarantine_or_a_lot_number_of_its_own(made: Running) -> None:
    quality, stock = made.plant.quality, made.batch.stock_unit
    part = inventory.split_unit(actor=quality, stock_unit_id=stock.pk, quantity=Decimal(1), new_lot_number="BESIDE")
    for event in ("reject", "judge_again"):
        inventory.change_status(actor=quality, stock_unit_id=stock.pk, event=event, reason="Around it")
    for one in (stock, part):
        with pytest.raises(NotReleasable):
            inventory.change_status(actor=quality, stock_unit_id=one.pk, event="release")


def test_who_decides_is_who_signs() -> None:
    """A reviewer's session with the secret of somebody who may not review signs nothing: of a record that is whole."""
    run = built_plates(1)
    record = DeviceHistoryRecord.objects.get()
    with pytest.raises(NotIndependent) as refused:
        services.review_record(actor=run.plant.releaser, record_id=record.pk, credentials=run.plant.sign("warehouse"))
    record.refresh_from_db()
    assert (refused.value.code, record.state) == ("other-signer", "growing")
    assert not RecordVersion.objects.exists()
    assert not Signature.objects.filter(record_label="dhr.devicehistoryrecord").exists()


def test_released_goods_are_put_away_where_the_releaser_says() -> None:
    run = built_plates(2)
    review(run)
    store, stock = place("WH-FINISHED"), run.batch.stock_unit
    page = client_of(run, "releaser").get(f"/batch-records/{record_of(run).number}/").content.decode()
    assert page.count("WH-FINISHED") == 2  # of all, and of a part
    assert "It stays where it is" in page
    release(run, place=store)
    stock.refresh_from_db()
    assert (stock.status, stock.place) == ("released", store)
    move = Movement.objects.filter(stock_unit=stock).latest("pk")
    assert (move.kind, move.from_place.code, move.to_place.code) == ("move", "PROD", "WH-FINISHED")
    entry = LedgerEntry.objects.get(verb="dhr.record.released")
    assert ("inventory.stock.moved", "system:put away") in [(part["verb"], part["actor"]) for part in entry.parts]


@pytest.mark.parametrize("where", ["scrap", "elsewhere"])
def test_a_place_that_cannot_be_releases_nothing(where: str) -> None:
    run = built_plates(1)
    review(run)
    far = inventory.create_place(actor=SETUP, code="SH-A", name={"en": "Far"}, kind="stock", site=site("SH2"))
    with pytest.raises(NotValid) as refused:
        release(run, place=place("SCRAP-1", "scrap") if where == "scrap" else far)
    stock = run.batch.stock_unit
    stock.refresh_from_db()
    assert (refused.value.code, stock.status, stock.place.code) == ("wrong-place", "in_process", "PROD")
    assert record_of(run).state == "reviewed"


def test_where_nobody_says_a_place_it_stays() -> None:
    run = built_plates(1)
    review(run)
    release(run)
    stock = run.batch.stock_unit
    stock.refresh_from_db()
    assert (stock.status, stock.place.code) == ("released", "PROD")
