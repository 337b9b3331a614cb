"""A record begins with its batch and grows by itself; only addenda are written by hand."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from dhr.models import Addendum, DeviceHistoryRecord
from dhr.states import RecordState
from foundation.accounts.policies import require_about
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.numbering import next_number
from foundation.records.act import act
from resources.inventory.models import Lot
from shopfloor.models import BatchUnit, ProductionBatch


def open_records(*, actor: Actor, batch_id: int) -> list[DeviceHistoryRecord]:
    """One record for a batch of a lot-tracked item; one per serial for a serial-tracked one. Asking again adds none."""
    with act(actor=actor, verb="dhr.record.opened") as this:
        batch: ProductionBatch = ProductionBatch.objects.select_related("order", "lot").get(pk=batch_id)
        this.about(batch)
        serials = list(BatchUnit.objects.filter(batch=batch).select_related("lot").order_by("number"))
        lots: list[Lot] = [unit.lot for unit in serials] or [batch.lot]
        made = [_open(batch, lot, this.at) for lot in lots if not DeviceHistoryRecord.objects.filter(lot=lot).exists()]
        this.relate(*made)
    return made


def _open(batch: ProductionBatch, lot: Lot, at: datetime) -> DeviceHistoryRecord:
    record = DeviceHistoryRecord(number=next_number("dhr", prefix="DHR"), batch=batch, lot=lot, opened_at=at)
    record.save()
    return record


def add_addendum(*, actor: Actor, record_id: int, text: str) -> Addendum:
    """Add evidence or an explanation to a released record (TRC-04). NotValid when there is nothing to add."""
    with act(actor=actor, verb="dhr.addendum.added") as this:
        record: DeviceHistoryRecord = DeviceHistoryRecord.objects.select_for_update().get(pk=record_id)
        this.about(record)
        require_about(actor, "dhr.review_record", record)
        if not text.strip():
            raise NotValid(_("Write what is added."), field="text")
        if record.state not in (RecordState.RELEASED, RecordState.PARTLY_RELEASED):
            raise NotValid(_("An addendum is for a released record; before, correct the entry itself."), field="text")
        addendum = Addendum(record=record, text=text.strip(), by_id=actor.person_id, by_name=actor.name, at=this.at)
        addendum.save()
    return addendum
