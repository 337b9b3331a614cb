"""Records about product and process: kept as long as the batch records that they tell of (ISO 13485:2016 4.2.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

from django.db.models import Q

from bom.models import Item
from changecontrol.models import ChangeRequest
from changecontrol.states import ChangeState
from dhr.keeping.products import day_of, newest_releases, product_of
from dhr.models import DeviceHistoryRecord
from foundation.core.refs import RecordRef
from foundation.retention.subjects import Facts
from quality.models import Deviation, Nonconformance
from quality.states import DeviationState

OVER = (ChangeState.CLOSED, ChangeState.REFUSED, ChangeState.WITHDRAWN)


def nonconformance_facts(ids: Sequence[int]) -> Mapping[int, Facts]:
    """As long as the batch records of its lot or order; without one its item says, from a release that is not there."""
    rows = list(Nonconformance.objects.filter(pk__in=ids).select_related("lot__item"))
    released = newest_releases(row.item_id for row in rows)
    told = _records_told(rows)
    return {
        row.pk: Facts(
            number=row.number,
            of_a_device=not told[row.pk],
            closed_on=day_of(row.closed_at),
            begun_on=day_of(row.raised_at),
            follows=told[row.pk],
            belongs_to=(RecordRef.to(row.lot), RecordRef("bom.item", row.item_id)),
            **asdict(product_of([row.lot.item], released)),
        )
        for row in rows
    }


def deviation_facts(ids: Sequence[int]) -> Mapping[int, Facts]:
    """As a nonconformance's."""
    rows = list(Deviation.objects.filter(pk__in=ids).select_related("lot__item"))
    released = newest_releases(row.lot.item_id for row in rows if row.lot)
    told = _records_told(rows)
    return {
        row.pk: Facts(
            number=row.number,
            of_a_device=not told[row.pk],
            closed_on=day_of(row.decided_at) if row.state != DeviationState.OPEN else None,
            begun_on=day_of(row.raised_at),
            follows=told[row.pk],
            belongs_to=(RecordRef.to(row.lot), RecordRef("bom.item", row.lot.item_id)) if row.lot else (),
            **asdict(product_of([row.lot.item] if row.lot else [], released)),
        )
        for row in rows
    }


def _records_told(rows: Sequence[Nonconformance | Deviation]) -> dict[int, tuple[RecordRef, ...]]:
    """Row → the batch records of its lot (of the serials of it, of the batch of a serial), or of its order without one."""
    lots = {row.lot_id for row in rows if row.lot_id} | {row.lot.parent_lot_id for row in rows if row.lot}
    orders = {row.order_number for row in rows if row.order_number and not row.lot_id}
    found = DeviceHistoryRecord.objects.filter(
        Q(lot__in=lots - {None}) | Q(lot__parent_lot__in=lots - {None}) | Q(batch__order__number__in=orders)
    ).select_related("lot", "batch__order")
    records = list(found.order_by("pk"))
    return {row.pk: tuple(RecordRef.to(one) for one in records if _tells(row, one)) for row in rows}


def _tells(row: Nonconformance | Deviation, record: DeviceHistoryRecord) -> bool:
    if row.lot is None:
        return bool(record.batch.order.number == row.order_number)
    return bool(record.lot_id in (row.lot_id, row.lot.parent_lot_id) or record.lot.parent_lot_id == row.lot_id)


def change_facts(ids: Sequence[int]) -> Mapping[int, Facts]:
    """A change is about every device made by it: its period begins with the last one (`last_placed_on` of its items)."""
    rows = ChangeRequest.objects.filter(pk__in=ids).prefetch_related(
        "affected__bom_revision__item", "affected__routing_revision__item"
    )
    items = {row.pk: _items(row) for row in rows}
    released = newest_releases(item.pk for found in items.values() for item in found)
    return {row.pk: _change(row, items[row.pk], released) for row in rows}


def _items(change: ChangeRequest) -> list[Item]:
    revisions = [thing.bom_revision or thing.routing_revision for thing in change.affected.all()]
    return list({revision.item_id: revision.item for revision in revisions if revision is not None}.values())


def _change(row: ChangeRequest, items: list[Item], released: dict[int, date]) -> Facts:
    product = product_of(items, released)
    return Facts(
        number=row.number,
        released_on=product.last_placed_on,
        closed_on=day_of(row.state_since) if row.state in OVER else None,
        begun_on=day_of(row.raised_at),
        belongs_to=tuple(RecordRef.to(item) for item in items),
        **asdict(product),
    )


def nonconformances_closed_before(by: date, count: int) -> list[int]:
    """Closed ones, those closed first first."""
    rows = Nonconformance.objects.filter(closed_at__date__lt=by).order_by("closed_at", "pk")
    return list(rows.values_list("pk", flat=True)[:count])


def deviations_closed_before(by: date, count: int) -> list[int]:
    """Decided ones, those decided first first."""
    rows = Deviation.objects.exclude(state=DeviationState.OPEN).filter(decided_at__date__lt=by)
    return list(rows.order_by("decided_at", "pk").values_list("pk", flat=True)[:count])


def changes_closed_before(by: date, count: int) -> list[int]:
    """Those that are over, the oldest first."""
    rows = ChangeRequest.objects.filter(state__in=OVER, state_since__date__lt=by).order_by("state_since", "pk")
    return list(rows.values_list("pk", flat=True)[:count])
