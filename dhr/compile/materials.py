"""Material with supplier lots, its balance, and the records of what was made here and went in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dhr.compile.scope import RecordScope
from dhr.models import DeviceHistoryRecord
from resources.inventory.models import GenealogyLink
from resources.inventory.states import StockStatus


def materials(scope: RecordScope) -> list[dict[str, Any]]:
    """Every link as it was made, removals too; what was taken out again is told, not forgotten."""
    entered = {step.genealogy_link_id: step for step in scope.steps if step.genealogy_link_id}
    operations = {card.pk: card.operation for card in scope.cards}
    own = own_records(scope)
    return [
        {
            "operation": operations.get(link.card_id or 0, 0),
            "position": link.position,
            "item_number": link.consumed_lot.item.number,
            "item_name": link.consumed_lot.item.name,
            "lot": link.consumed_lot.number,
            "supplier": link.consumed_lot.supplier.name if link.consumed_lot.supplier else "",
            "supplier_lot": link.consumed_lot.supplier_lot,
            "expires_on": link.consumed_lot.expires_on,
            "container": link.stock_unit.container if link.stock_unit else "",
            "quantity": link.quantity,
            "unit": link.unit,
            "kind": link.kind,
            "unit_no": link.produced_lot.serial,
            "person": entered[link.pk].performer_name if link.pk in entered else "",
            "at": link.at,
            "record": _reference(own.get(link.consumed_lot_id)),
        }
        for link in scope.links
    ]


def net_links(scope: RecordScope) -> dict[tuple[int, str], Decimal]:
    """Consumed less removed, by (consumed lot, parts-list position)."""
    net: dict[tuple[int, str], Decimal] = {}
    for link in scope.links:
        key = (link.consumed_lot_id, link.removes.position if link.removes else link.position)
        net[key] = net.get(key, Decimal(0)) + (link.quantity if link.kind == "consume" else -link.quantity)
    return net


def own_records(scope: RecordScope) -> dict[int, DeviceHistoryRecord]:
    """Records of components that were made here and are (net) in it, by lot."""
    lots = {lot for (lot, _position), quantity in net_links(scope).items() if quantity > 0}
    parents = {
        link.consumed_lot_id: link.consumed_lot.parent_lot_id for link in scope.links if link.consumed_lot_id in lots
    }
    found = {
        record.lot_id: record
        for record in DeviceHistoryRecord.objects.filter(lot__in={*lots, *filter(None, parents.values())})
    }
    chosen = {lot: found.get(lot) or found.get(parents.get(lot) or 0) for lot in lots}
    return {lot: record for lot, record in chosen.items() if record is not None}


def at_risk(scope: RecordScope) -> list[tuple[GenealogyLink, DeviceHistoryRecord]]:
    """What went in before the record of its own batch was released, and that record."""
    own = own_records(scope)
    found = []
    for link in scope.links:
        record = own.get(link.consumed_lot_id)
        if link.kind == "consume" and record is not None and _before_release(link, record):
            found.append((link, record))
    return found


def _before_release(link: GenealogyLink, record: DeviceHistoryRecord) -> bool:
    """Its container was released later, or is not yet; a container split off released stock is as released as that was."""
    releases = list(record.releases.all())
    of_unit = [one.at for one in releases if any(row["id"] == link.stock_unit_id for row in one.stock_units)]
    if of_unit:
        return bool(min(of_unit) > link.at)
    in_process = link.stock_unit is not None and link.stock_unit.status == StockStatus.IN_PROCESS
    return in_process or not any(one.at <= link.at for one in releases)


def still_unreleased(scope: RecordScope) -> list[DeviceHistoryRecord]:
    """Records of components that nobody released, or not the part of them that went in."""
    found = {record.pk: record for record in own_records(scope).values() if not released_hash(record)}
    for link, record in at_risk(scope):
        if link.stock_unit is not None and link.stock_unit.status == StockStatus.IN_PROCESS:
            found[record.pk] = record
    return sorted(found.values(), key=lambda one: one.number)


def sub_records(scope: RecordScope) -> list[dict[str, Any]]:
    """What it is built from, by the hash of the version that was released."""
    unique = {record.pk: record for record in own_records(scope).values()}
    return [
        {
            "number": record.number,
            "subject": record.lot.number,
            "state": record.state,
            "content_hash": released_hash(record),
        }
        for record in sorted(unique.values(), key=lambda one: one.number)
    ]


def released_hash(record: DeviceHistoryRecord) -> str:
    """Hash of the newest version that was released; "" before."""
    release = record.releases.select_related("version").order_by("-id").first()
    return release.version.content_hash if release else ""


def _reference(record: DeviceHistoryRecord | None) -> dict[str, str] | None:
    return {"number": record.number, "content_hash": released_hash(record)} if record else None
