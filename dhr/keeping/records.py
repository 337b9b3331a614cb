"""Batch records: from their release; those of a component as long as the records of what it went into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date

from django.db.models import Max

from bom.models import ItemKind
from dhr.keeping.products import day_of, newest_releases, product_of
from dhr.models import DeviceHistoryRecord, Release
from dhr.services.packaging import whole_record
from dhr.states import RecordState
from foundation.core import jobs
from foundation.core.models import Job
from foundation.core.refs import RecordRef
from foundation.retention.subjects import Contents, Facts
from resources.inventory.models import GenealogyLink, Lot

RECORD = "dhr.devicehistoryrecord"


def record_facts(ids: Sequence[int]) -> Mapping[int, Facts]:
    """Facts of batch records, in a handful of queries whatever their number."""
    rows = list(
        DeviceHistoryRecord.objects.filter(pk__in=ids).select_related("lot__item", "lot__parent_lot", "batch__order")
    )
    last = dict(Release.objects.filter(record__in=ids).values_list("record").annotate(newest=Max("at")))
    released = newest_releases(row.lot.item_id for row in rows)
    inside = _went_into([row for row in rows if row.lot.item.kind != ItemKind.FINISHED_DEVICE])
    return {row.pk: _facts(row, day_of(last.get(row.pk)), released, inside.get(row.pk, ())) for row in rows}


def _facts(
    row: DeviceHistoryRecord, last: date | None, released: dict[int, date], inside: tuple[RecordRef, ...]
) -> Facts:
    whole = last if row.state == RecordState.RELEASED else None
    return Facts(
        number=row.number,
        of_a_device=not inside,
        released_on=whole,
        closed_on=whole,
        begun_on=day_of(row.opened_at),
        follows=inside,
        belongs_to=belonging(row),
        **asdict(product_of([row.lot.item], released)),
    )


def belonging(row: DeviceHistoryRecord) -> tuple[RecordRef, ...]:
    """Lot, batch, item and order: a legal hold on one of these covers the record."""
    things = [row.lot, row.lot.parent_lot, row.lot.item, row.batch, row.batch.order]
    return tuple(RecordRef.to(thing) for thing in things if thing is not None)


def _went_into(rows: Sequence[DeviceHistoryRecord]) -> dict[int, tuple[RecordRef, ...]]:
    """Record of a component → the records of the lots that consumed it, also where some came out again."""
    if not rows:
        return {}
    of_lot = {row.lot_id: row.pk for row in rows}
    serials = dict(Lot.objects.filter(parent_lot__in=of_lot).values_list("pk", "parent_lot_id"))
    used = GenealogyLink.objects.filter(consumed_lot__in=[*of_lot, *serials])
    pairs = list(used.values_list("consumed_lot_id", "produced_lot_id", "produced_lot__parent_lot_id").distinct())
    records = records_of_lots({lot for _from, one, parent in pairs for lot in (one, parent) if lot})
    found: dict[int, set[RecordRef]] = {}
    for consumed, produced, parent in pairs:
        own = of_lot[consumed if consumed in of_lot else serials[consumed]]
        into = {RecordRef.to(records[lot]) for lot in (produced, parent) if lot in records}
        found.setdefault(own, set()).update(ref for ref in into if ref.id != own)
    return {pk: tuple(sorted(refs, key=lambda ref: ref.id)) for pk, refs in found.items()}


def records_of_lots(lots: Iterable[int]) -> dict[int, DeviceHistoryRecord]:
    """Lot id → its batch record."""
    return {row.lot_id: row for row in DeviceHistoryRecord.objects.filter(lot__in=set(lots))}


def records_closed_before(by: date, count: int) -> list[int]:
    """Released records, those released first first."""
    rows = DeviceHistoryRecord.objects.filter(state=RecordState.RELEASED).annotate(last=Max("releases__at"))
    return list(rows.filter(last__date__lt=by).order_by("last", "pk").values_list("pk", flat=True)[:count])


def record_contents(pk: int, job: Job, progress: jobs.Progress) -> Contents:
    """What an archive of a batch record holds: what its package does, as of now."""
    record = DeviceHistoryRecord.objects.select_related("lot").get(pk=pk)
    content, files = whole_record(record, job, progress)
    return Contents(title=f"{record.number} {record.lot}", at=content["compiled_at"], files=files)
