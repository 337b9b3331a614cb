"""What dhr does when something happens below it (wired in config/subscriptions.py)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from dhr.exceptions import NotReleasable
from dhr.models import DeviceHistoryRecord
from dhr.services import open_records
from dhr.states import RecordState
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.records.act import Act
from foundation.records.context import current_act
from resources.inventory.events import StockReleased
from resources.inventory.models import Lot
from resources.inventory.states import StockStatus
from shopfloor.events import WorkOrderDispatched


def open_on_dispatch(event: WorkOrderDispatched, actor: Actor) -> None:
    """In the transaction: a batch has its record from the moment it exists."""
    open_records(actor=actor, batch_id=event.batch_id)


def refuse_without_record(event: StockReleased, actor: Actor) -> None:
    """In the transaction: what was made here leaves *in process* only by the signed release of its record.

    What comes back later (taken out again, judged again) may be released by hand once the record is. NotReleasable.
    """
    parent_id = Lot.objects.values_list("parent_lot_id", flat=True).get(pk=event.lot_id)
    of_lot = {row.lot_id: row for row in DeviceHistoryRecord.objects.filter(lot__in=[event.lot_id, parent_id or 0])}
    record = of_lot.get(event.lot_id) or of_lot.get(parent_id or 0)
    if record is None or _is_about(RecordRef.to(record)):
        return
    released = record.state in (RecordState.RELEASED, RecordState.PARTLY_RELEASED)
    if not released or event.was == StockStatus.IN_PROCESS:
        raise NotReleasable(
            _("It is released with its record %(number)s, by the signed review and release.")
            % {"number": record.number},
            code="release-by-record",
        )


def _is_about(record: RecordRef) -> bool:
    act: Act | None = current_act()
    while act is not None:
        if act.subject == record:
            return True
        act = act.outer
    return False
