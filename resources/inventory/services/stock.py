"""Move, split, merge and scrap what is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from foundation.accounts.policies import may, require
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.records.act import act
from foundation.records.context import require_act
from resources.inventory.models import GenealogyLink, Lot, Place, StockUnit
from resources.inventory.policies import MOVE, USE
from resources.inventory.quantities import in_unit
from resources.inventory.services.ledgering import lock_unit, lock_units, movement, new_unit, require_place_for, take
from resources.inventory.services.places import counterpart
from resources.inventory.states import LinkKind, MovementKind, PlaceKind


def move_stock(*, actor: Actor, stock_unit_id: int, place: Place, reason: str = "") -> StockUnit:
    """Carry a whole container to another place that holds stock; its status and holds go with it.

    Quarantined and held stock may be moved, not used. NotValid: the same place, or one that holds no stock (scrap has a
    service of its own).
    """
    with act(actor=actor, verb="inventory.stock.moved", reason=reason) as this:
        unit = lock_unit(stock_unit_id)
        this.about(unit)
        this.relate(unit.lot)
        _require_move(actor, unit, place)
        if place.pk == unit.place_id:
            raise NotValid(_("It is there already."), code="same-place", field="place")
        if not place.holds_stock:
            raise NotValid(_("%(place)s holds no stock.") % {"place": place.code}, code="wrong-place", field="place")
        require_place_for(place, unit.status)
        if not unit.quantity:
            raise NotValid(_("%(container)s is empty.") % {"container": unit.container}, field="stock_unit")
        movement(unit, MovementKind.MOVE, unit.quantity, unit.place, place).save()
        unit.place = place
        unit.save()
    return unit


def put_away(*, actor: Actor, units: Iterable[StockUnit], place: Place | None) -> None:
    """Within judging stock: carry to this place of the same site what is not there and not empty. None: all stays.

    Whoever judges need not have the right to move stock: it follows from the judgement, as an act of the system within it.
    NotValid for a place of another site, or one that holds no stock.
    """
    if place is None:
        return
    rule = Actor(None, "system:put away", station=actor.station, session=actor.session, language=actor.language)
    for unit in units:
        if unit.place.site_id != place.site_id:
            raise NotValid(
                _("%(place)s is not at the site of %(container)s.")
                % {"place": place.code, "container": unit.container},
                code="wrong-place",
                field="place",
            )
        if unit.quantity and unit.place_id != place.pk:
            move_stock(actor=rule, stock_unit_id=unit.pk, place=place)


def _require_move(actor: Actor, unit: StockUnit, place: Place) -> None:
    """The warehouse moves; whoever works moves what the work needs."""
    for site_id in {unit.place.site_id, place.site_id}:
        if not may(actor, USE, site_id):
            require(actor, MOVE, site_id)


def split_unit(
    *,
    actor: Actor,
    stock_unit_id: int,
    quantity: Decimal,
    place: Place | None = None,
    new_lot_number: str = "",
    unit: str = "",
    reason: str = "",
    card_id: int | None = None,
) -> StockUnit:
    """Part of a container into a new one, of the same status, here or at ``place``.

    With ``new_lot_number`` the part becomes a lot of its own whose parent is the old one (a link of kind *split*); a hold
    on the old lot stops it too, one on the new lot leaves the old one free. NotEnough when less is there.
    """
    with act(actor=actor, verb="inventory.stock.split", reason=reason) as this:
        source = lock_unit(stock_unit_id)
        this.about(source)
        target = place or source.place
        _require_move(actor, source, target)
        if not target.holds_stock:
            raise NotValid(_("%(place)s holds no stock.") % {"place": target.code}, code="wrong-place", field="place")
        part = in_unit(quantity, unit or source.unit, source.unit)
        take(source, part)
        source.save()
        lot = _child_lot(source.lot, new_lot_number, part) if new_lot_number else source.lot
        piece = new_unit(lot, target, part, source.status)
        piece.save()
        movement(source, MovementKind.SPLIT_OUT, part, source.place, target, card_id=card_id).save()
        movement(piece, MovementKind.SPLIT_IN, part, source.place, target, card_id=card_id).save()
        this.relate(source.lot, piece)
    return piece


def _child_lot(parent: Lot, number: str, quantity: Decimal) -> Lot:
    if Lot.objects.filter(item_id=parent.item_id, number=number.strip(), serial="").exists():
        raise NotValid(_("“%(number)s” was given before.") % {"number": number}, code="number-taken", field="number")
    lot = Lot(
        item_id=parent.item_id,
        number=number.strip(),
        unit=parent.unit,
        supplier_id=parent.supplier_id,
        supplier_lot=parent.supplier_lot,
        made_on=parent.made_on,
        expires_on=parent.expires_on,
        parent_lot=parent,
        built_to_card=parent.built_to_card,
    )
    lot.save()
    _link(parent, lot, LinkKind.SPLIT, quantity)
    return lot


def _link(source: Lot, target: Lot, kind: LinkKind, quantity: Decimal) -> None:
    GenealogyLink(
        consumed_lot=source,
        produced_lot=target,
        kind=kind,
        quantity=quantity,
        unit=source.unit,
        at=require_act("GenealogyLink").at,
    ).save()


def merge_units(*, actor: Actor, into_id: int, from_ids: Sequence[int], reason: str = "") -> StockUnit:
    """Empty containers into another one of the same lot, status and place. NotValid where they differ in any of these."""
    with act(actor=actor, verb="inventory.stock.merged", reason=reason) as this:
        units = {unit.pk: unit for unit in lock_units([into_id, *from_ids])}
        target = units.pop(into_id)
        this.about(target)
        this.relate(target.lot, *units.values())
        for source in units.values():
            _require_move(actor, source, target.place)
            if (source.lot_id, source.status, source.place_id) != (target.lot_id, target.status, target.place_id):
                raise NotValid(
                    _("%(one)s and %(other)s differ in lot, status or place.")
                    % {"one": source.container, "other": target.container},
                    code="not-alike",
                    field="from",
                )
            part = in_unit(source.quantity, source.unit, target.unit)
            take(source, part)
            target.quantity += part
            source.save()
            movement(source, MovementKind.SPLIT_OUT, part, source.place, target.place).save()
            movement(target, MovementKind.SPLIT_IN, part, source.place, target.place).save()
        target.save()
    return target


def scrap_stock(
    *,
    actor: Actor,
    stock_unit_id: int,
    quantity: Decimal,
    reason: str,
    card_id: int | None = None,
    destroyed: bool = False,
    unit: str = "",
) -> StockUnit:
    """A quantity of a container goes to scrap (or is ``destroyed`` in a test). NotValid without a reason, NotEnough."""
    with act(actor=actor, verb="inventory.stock.scrapped", reason=reason) as this:
        container = lock_unit(stock_unit_id)
        this.about(container)
        this.relate(container.lot)
        _require_move(actor, container, container.place)
        if not reason.strip():
            raise NotValid(_("Give a reason."), code="reason-required", field="reason")
        gone = in_unit(quantity, unit or container.unit, container.unit)
        take(container, gone)
        container.save()
        kind = PlaceKind.DESTROYED if destroyed else PlaceKind.SCRAP
        target = counterpart(container.place.site_id, kind)
        movement(container, MovementKind.SCRAP, gone, container.place, target, card_id=card_id).save()
    return container
