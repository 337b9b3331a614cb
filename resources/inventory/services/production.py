"""Lots that are made here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bom.models import Item
from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.records.act import act
from foundation.records.context import require_act
from foundation.records.models import bulk_create_tracked
from resources.inventory.models import GenealogyLink, Lot, Movement, Place, StockUnit
from resources.inventory.policies import MAKE
from resources.inventory.quantities import in_unit
from resources.inventory.services.ledgering import container_numbers, lock_unit, movement, new_unit
from resources.inventory.services.places import counterpart
from resources.inventory.states import LinkKind, MovementKind, PlaceKind, StockStatus


@dataclass(frozen=True, slots=True)
class Production:
    """``quantity`` (in the lot's unit) of a lot comes to be in a container of its own."""

    lot_id: int
    quantity: Decimal
    card_id: int | None = None


def open_lot(
    *,
    actor: Actor,
    item_id: int,
    number: str,
    built_to_card: int | None = None,
    unit: str = "",
    serial: str = "",
    parent_lot_id: int | None = None,
    made_on: date | None = None,
    expires_on: date | None = None,
) -> Lot:
    """The identity of what will be made: a batch, or a serial of it.

    ``parent_lot_id`` names the batch of a serial; the link from it is genealogy (kind *split*, one piece), so what the
    batch used is found from each serial. ``unit`` is the item's. NotValid: number or serial given before for this item, a
    unit that is not the item's.
    """
    with act(actor=actor, verb="inventory.lot.opened") as this:
        require(actor, MAKE)
        item = Item.objects.get(pk=item_id)
        if unit and unit != item.unit:
            raise NotValid(
                _("%(item)s is counted in %(unit)s.") % {"item": item.number, "unit": item.unit},
                code="unit-mismatch",
                field="unit",
            )
        if not number.strip():
            raise NotValid(_("A lot has a number."), field="number")
        lot = Lot(
            item=item,
            number=number.strip(),
            serial=serial.strip(),
            unit=item.unit,
            parent_lot_id=parent_lot_id,
            built_to_card=built_to_card,
            made_on=made_on,
            expires_on=expires_on,
        )
        try:
            with transaction.atomic():
                lot.save()
        except IntegrityError as error:
            raise _taken(lot.display_number, item) from error
        this.about(lot)
        if parent_lot_id is not None:
            batch: Lot = Lot.objects.get(pk=parent_lot_id)
            _link_to_batch([lot], batch)
            this.relate(batch)
    return lot


def open_serials(*, actor: Actor, parent_lot_id: int, serials: Sequence[str]) -> list[Lot]:
    """One lot of one per serial number of a batch, in the order given; set-based. NotValid when one was given before."""
    with act(actor=actor, verb="inventory.serials.opened") as this:
        require(actor, MAKE)
        batch: Lot = Lot.objects.select_related("item").get(pk=parent_lot_id)
        this.about(batch)
        if len(set(serials)) != len(serials) or not all(serial.strip() for serial in serials):
            raise NotValid(_("Each serial number is given once, and is not empty."), field="serials")
        rows = [
            Lot(
                item=batch.item,
                number=batch.number,
                serial=serial.strip(),
                unit=batch.unit,
                parent_lot=batch,
                built_to_card=batch.built_to_card,
                expires_on=batch.expires_on,
            )
            for serial in serials
        ]
        try:
            with transaction.atomic():
                made: list[Lot] = bulk_create_tracked(Lot, rows)
        except IntegrityError as error:
            raise _taken(", ".join(serials[:3]), batch.item) from error
        _link_to_batch(made, batch)
        this.note(serials=list(serials))
    return made


def _taken(number: str, item: Item) -> NotValid:
    return NotValid(
        _("“%(number)s” was given before for %(item)s.") % {"number": number, "item": item.number},
        code="number-taken",
        field="number",
    )


def _link_to_batch(serials: Sequence[Lot], batch: Lot) -> None:
    at = require_act("GenealogyLink").at
    GenealogyLink.objects.bulk_create(
        [
            GenealogyLink(
                consumed_lot_id=batch.pk,
                produced_lot_id=lot.pk,
                kind=LinkKind.SPLIT,
                quantity=Decimal(1),
                unit=lot.unit,
                at=at,
            )
            for lot in serials
        ]
    )


def produce(
    *,
    actor: Actor,
    lot_id: int,
    quantity: Decimal,
    place: Place,
    status: str = StockStatus.IN_PROCESS,
    card_id: int | None = None,
    unit: str = "",
    stock_unit_id: int | None = None,
) -> StockUnit:
    """A quantity of a lot comes to be: in a new container, or in one of the lot's that is there (``stock_unit_id``).

    NotValid: not positive, another unit, a place that holds no stock, a container of another lot.
    """
    with act(actor=actor, verb="inventory.stock.produced") as this:
        require(actor, MAKE, place.site_id)
        lot: Lot = Lot.objects.select_related("item").get(pk=lot_id)
        this.about(lot)
        _check_target(place, status)
        made = in_unit(quantity, unit or lot.unit, lot.unit)
        if stock_unit_id is None:
            container = new_unit(lot, place, made, status)
        else:
            container = lock_unit(stock_unit_id)
            if container.lot_id != lot.pk or container.status != status:
                raise NotValid(_("This container is not of that lot and status."), field="stock_unit")
            container.quantity += made
        container.save()
        origin = counterpart(place.site_id, PlaceKind.PRODUCTION)
        movement(container, MovementKind.PRODUCE, made, origin, container.place, card_id=card_id).save()
        this.relate(container)
    return container


def produce_many(
    *, actor: Actor, rows: Sequence[Production], place: Place, status: str = StockStatus.IN_PROCESS
) -> list[StockUnit]:
    """`produce` for many lots in one act (a thousand serials), set-based; containers in the order of the rows."""
    with act(actor=actor, verb="inventory.stock.produced") as this:
        require(actor, MAKE, place.site_id)
        _check_target(place, status)
        lots = {lot.pk: lot for lot in Lot.objects.filter(pk__in={row.lot_id for row in rows})}
        numbers = container_numbers(len(rows))
        units = [
            new_unit(
                lots[row.lot_id],
                place,
                in_unit(row.quantity, lots[row.lot_id].unit, lots[row.lot_id].unit),
                status,
                number,
            )
            for row, number in zip(rows, numbers, strict=True)
        ]
        made: list[StockUnit] = bulk_create_tracked(StockUnit, units)
        origin = counterpart(place.site_id, PlaceKind.PRODUCTION)
        Movement.objects.bulk_create(
            [
                movement(unit, MovementKind.PRODUCE, unit.quantity, origin, place, card_id=row.card_id)
                for unit, row in zip(made, rows, strict=True)
            ]
        )
        this.note(lots=len(rows))
    return made


def _check_target(place: Place, status: str) -> None:
    if not place.holds_stock:
        raise NotValid(_("%(place)s holds no stock.") % {"place": place.code}, code="wrong-place", field="place")
    if status not in (StockStatus.IN_PROCESS, StockStatus.QUARANTINE):
        raise NotValid(_("What is made is in process or in quarantine until someone releases it."), field="status")
