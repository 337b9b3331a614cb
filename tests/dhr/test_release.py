"""What was made here leaves "in process" by its signed record only; who decides is who signs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from dhr import services
from dhr.blockers import _gauges
from dhr.exceptions import NotIndependent, NotReleasable
from dhr.models import DeviceHistoryRecord, RecordVersion
from foundation.core import clock
from foundation.records.act import act
from foundation.records.models import LedgerEntry, Signature
from resources.equipment.models import Calibration
from resources.inventory import services as inventory
from tests.factories.floor import Running, equipment
from tests.factories.people import SETUP
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


def test_who_decides_is_who_signs(made: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reviewer's session with the secret of somebody who may not review signs nothing."""
    monkeypatch.setattr("dhr.services.reviewing.blockers_of", lambda *_args, **_more: [])
    record = DeviceHistoryRecord.objects.get()
    with pytest.raises(NotIndependent) as refused:
        services.review_record(actor=made.plant.releaser, record_id=record.pk, credentials=made.plant.sign("warehouse"))
    record.refresh_from_db()
    assert (refused.value.code, record.state) == ("other-signer", "growing")
    assert not RecordVersion.objects.exists()
    assert not Signature.objects.filter(record_label="dhr.devicehistoryrecord").exists()


def test_a_later_good_calibration_does_not_excuse_what_the_gauge_measured_before_a_bad_one(db: None) -> None:
    gauge, now = equipment("BG-9", "bore-gauge", due_in=30, is_gauge=True), clock.now()
    with act(actor=SETUP, verb="tests.calibrated"):
        for days, good in ((4, False), (1, True)):
            Calibration(
                equipment=gauge, done_at=now - timedelta(days=days), as_found="-", as_found_passed=good, passed=True,
                due=clock.today(), certificate=f"C{days}",
            ).save()  # fmt: skip

    def stopped(*days: int) -> list[str]:
        used = [SimpleNamespace(equipment_id=gauge.pk, captured_at=now - timedelta(days=day)) for day in days]
        return [one.code for one in _gauges(SimpleNamespace(steps=used))]  # type: ignore[arg-type]

    assert stopped(5, 2) == ["gauge-out-of-tolerance"]
    assert stopped(2, 0) == []
