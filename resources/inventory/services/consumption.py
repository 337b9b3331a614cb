"""What goes into what, and what is taken out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.units import quantity_text
from foundation.records.act import act
from foundation.records.models import bulk_update_tracked
from resources.inventory.exceptions import NotEnough
from resources.inventory.models import GenealogyLink, Lot, Movement, Place, StockUnit
from resources.inventory.policies import USE
from resources.inventory.quantities import in_unit
from resources.inventory.services.ledgering import lock_unit, lock_units, movement, new_unit, take
from resources.inventory.services.linking import Consumption, insert_links
from resources.inventory.services.places import counterpart
from resources.inventory.states import LinkKind, MovementKind, PlaceKind, StockStatus


def consume(
    *,
    actor: Actor,
    stock_unit_id: int,
    quantity: Decimal,
    produced_lot_id: int,
    card_id: int | None = None,
    step_key: str = "",
    position: str = "",
    unit: str = "",
) -> GenealogyLink:
    """Use a quantity of a container in a lot: less stock, a movement, a link of genealogy.

    Whether it may be used is the gates' question (`selectors.usability`); only the impossible is refused here:
    NotEnough, another kind of unit, a unit that does not convert exactly, a lot that goes into itself.
    """
    with act(actor=actor, verb="inventory.stock.consumed") as this:
        container = lock_unit(stock_unit_id)
        this.about(container)
        require(actor, USE, container.place.site_id)
        used = in_unit(quantity, unit or container.unit, container.unit)
        this.relate(container.lot, _goes_into(produced_lot_id, container))
        take(container, used)
        container.save()
        target = counterpart(container.place.site_id, PlaceKind.PRODUCTION)
        movement(
            container, MovementKind.CONSUME, used, container.place, target, card_id=card_id, step_key=step_key
        ).save()
        link = GenealogyLink(
            consumed_lot_id=container.lot_id,
            produced_lot_id=produced_lot_id,
            kind=LinkKind.CONSUME,
            quantity=used,
            unit=container.unit,
            stock_unit_id=container.pk,
            card_id=card_id,
            step_key=step_key,
            position=position,
            at=this.at,
        )
        link.save()
    return link


def consume_many(*, actor: Actor, rows: Sequence[Consumption]) -> list[int]:
    """`consume` for many rows in one act, set-based: each container is locked and lessened once.

    One movement per container and card (its quantity is the sum), one link per row; returns the links' ids in the order of
    the rows. Refused as a whole when one row is impossible. A thousand serials of ten components: ten thousand links.
    """
    with act(actor=actor, verb="inventory.stock.consumed") as this:
        if not rows:
            return []
        containers = {unit.pk: unit for unit in lock_units([row.stock_unit_id for row in rows])}
        for site_id in sorted({unit.place.site_id for unit in containers.values()}):
            require(actor, USE, site_id)
        _check_lots(rows, containers.values())
        used = _quantities(rows, containers)
        moved: dict[tuple[int, int | None], Decimal] = {}
        for row, quantity in zip(rows, used, strict=True):
            take(containers[row.stock_unit_id], quantity)
            key = (row.stock_unit_id, row.card_id)
            moved[key] = moved.get(key, Decimal(0)) + quantity
        bulk_update_tracked(StockUnit, containers.values(), ["quantity"])
        _move_out(containers, moved)
        links = insert_links(rows, used, containers)
        this.relate(*{unit.lot_id: unit.lot for unit in containers.values()}.values())
        this.note(links=len(links))
    return links


def _quantities(rows: Sequence[Consumption], containers: Mapping[int, StockUnit]) -> list[Decimal]:
    """Each row's quantity in the unit of its container; few are different, so each is worked out once."""
    known: dict[tuple[Decimal, str, str], Decimal] = {}
    result = []
    for row in rows:
        target = containers[row.stock_unit_id].unit
        key = (row.quantity, row.unit or target, target)
        if key not in known:
            known[key] = in_unit(*key)
        result.append(known[key])
    return result


def _move_out(containers: Mapping[int, StockUnit], moved: Mapping[tuple[int, int | None], Decimal]) -> None:
    sites = {unit.place.site_id for unit in containers.values()}
    targets = {site: counterpart(site, PlaceKind.PRODUCTION) for site in sites}
    rows = []
    for (pk, card_id), quantity in moved.items():
        unit = containers[pk]
        target = targets[unit.place.site_id]
        rows.append(movement(unit, MovementKind.CONSUME, quantity, unit.place, target, card_id=card_id))
    Movement.objects.bulk_create(rows)


def _goes_into(produced_lot_id: int, container: StockUnit) -> Lot:
    produced: Lot | None = Lot.objects.filter(pk=produced_lot_id).first()
    if produced is None:
        raise _no_such_lot()
    if produced.pk == container.lot_id:
        raise _into_itself()
    return produced


def _into_itself() -> NotValid:
    return NotValid(_("A lot does not go into itself."), code="same-lot", field="produced_lot")


def _no_such_lot() -> NotValid:
    return NotValid(_("There is no such lot to go into."), code="not-found", field="produced_lot")


def _check_lots(rows: Sequence[Consumption], containers: Iterable[StockUnit]) -> None:
    lot_of = {unit.pk: unit.lot_id for unit in containers}
    produced = {row.produced_lot_id for row in rows}
    if any(lot_of[row.stock_unit_id] == row.produced_lot_id for row in rows):
        raise _into_itself()
    if Lot.objects.filter(pk__in=produced).count() != len(produced):
        raise _no_such_lot()


def remove_link(
    *,
    actor: Actor,
    link_id: int,
    quantity: Decimal,
    return_to: Place,
    reason: str,
    card_id: int | None = None,
    step_key: str = "",
) -> StockUnit:
    """Take a part out again: a link of kind *remove*, and what came out in a new container.

    ``quantity`` is in the link's unit. In a scrap place what came out is gone; elsewhere it waits in quarantine, since
    somebody has to look at it before it is used again. NotValid: not a use, no reason; NotEnough: more than is still in.
    Returns the new container (quantity 0 when scrapped).
    """
    with act(actor=actor, verb="inventory.link.removed", reason=reason) as this:
        link: GenealogyLink = GenealogyLink.objects.select_related("consumed_lot", "produced_lot").get(pk=link_id)
        # A link is written once and cannot be locked: whoever takes out of a lot locks the lot.
        Lot.objects.select_for_update().get(pk=link.produced_lot_id)
        this.about(link.produced_lot)
        this.relate(link.consumed_lot)
        require(actor, USE, return_to.site_id)
        if not reason.strip():
            raise NotValid(_("Say why it is taken out."), code="reason-required", field="reason")
        if link.kind != LinkKind.CONSUME:
            raise NotValid(_("Only what was used can be taken out again."), code="not-a-use", field="link")
        out = in_unit(quantity, link.unit, link.unit)
        _check_still_in(link, out)
        GenealogyLink(
            consumed_lot=link.consumed_lot,
            produced_lot=link.produced_lot,
            kind=LinkKind.REMOVE,
            quantity=out,
            unit=link.unit,
            stock_unit_id=link.stock_unit_id,
            removes=link,
            card_id=card_id,
            step_key=step_key,
            position=link.position,
            at=this.at,
        ).save()
        container = _taken_out(link.consumed_lot, out, return_to, card_id)
        this.relate(container)
    return container


def _check_still_in(link: GenealogyLink, out: Decimal) -> None:
    gone = GenealogyLink.objects.filter(removes=link).aggregate(total=Sum("quantity"))["total"] or Decimal(0)
    if out > link.quantity - gone:
        raise NotEnough(
            _("%(there)s of %(lot)s is still in, not %(asked)s.")
            % {
                "there": quantity_text(link.quantity - gone, link.unit),
                "lot": link.consumed_lot.display_number,
                "asked": quantity_text(out, link.unit),
            },
            field="quantity",
        )


def _taken_out(lot: Lot, out: Decimal, place: Place, card_id: int | None) -> StockUnit:
    production = counterpart(place.site_id, PlaceKind.PRODUCTION)
    if place.holds_stock:
        container = new_unit(lot, place, out, StockStatus.QUARANTINE)
        container.save()
        movement(container, MovementKind.RETURN, out, production, place, card_id=card_id).save()
        return container
    if place.kind not in (PlaceKind.SCRAP, PlaceKind.DESTROYED):
        raise NotValid(_("What is taken out goes to stock or to scrap."), code="wrong-place", field="return_to")
    container = new_unit(lot, production, Decimal(0), StockStatus.REJECTED)
    container.save()
    movement(container, MovementKind.RETURN, out, production, production, card_id=card_id).save()
    movement(container, MovementKind.SCRAP, out, production, place, card_id=card_id).save()
    return container
