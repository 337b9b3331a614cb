"""The one place where a stock unit's quantity changes: always with the movement that says so."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from foundation.core.errors import NotValid
from foundation.core.numbering import next_number, next_numbers
from foundation.core.units import quantity_text
from foundation.records.context import require_act
from resources.inventory.exceptions import NotEnough
from resources.inventory.models import Lot, Movement, Place, StockUnit
from resources.inventory.states import ADDS, TAKES, MovementKind, StockStatus


def lock_unit(stock_unit_id: int) -> StockUnit:
    """The stock unit, locked, with lot, item and place."""
    return lock_units([stock_unit_id])[0]


def lock_units(stock_unit_ids: list[int]) -> list[StockUnit]:
    """Stock units, locked in the order of their keys. DoesNotExist when one is missing."""
    wanted = sorted(set(stock_unit_ids))
    found = list(
        StockUnit.objects.select_for_update(of=("self",))
        .select_related("lot__item", "place")
        .filter(pk__in=wanted)
        .order_by("pk")
    )
    if len(found) != len(wanted):
        raise StockUnit.DoesNotExist(f"Stock units {sorted(set(wanted) - {unit.pk for unit in found})}")
    return found


def movement(
    unit: StockUnit,
    kind: MovementKind,
    quantity: Decimal,
    origin: Place,
    target: Place,
    *,
    card_id: int | None = None,
    step_key: str = "",
) -> Movement:
    """The unsaved movement of a quantity, its effect on the unit already worked out."""
    change = quantity if kind in ADDS else -quantity if kind in TAKES else Decimal(0)
    return Movement(
        stock_unit_id=unit.pk,
        from_place_id=origin.pk,
        to_place_id=target.pk,
        kind=kind,
        quantity=quantity,
        change=change,
        unit=unit.unit,
        card_id=card_id,
        step_key=step_key,
        at=require_act("Movement").at,
    )


def new_unit(lot: Lot, place: Place, quantity: Decimal, status: str, container: str = "") -> StockUnit:
    """An unsaved container of a lot, with a number of its own. NotValid: stock of this status may not stand there."""
    require_place_for(place, status)
    return StockUnit(
        lot=lot,
        place=place,
        container=container or next_number("container", prefix="C"),
        quantity=quantity,
        unit=lot.unit,
        status=status,
    )


def require_place_for(place: Place, status: str) -> None:
    """What is not released never stands where people take released stock from (ISO 13485 8.3.1: segregated)."""
    if not place.takes(status):
        raise NotValid(
            _("%(place)s is for released stock only: what is %(status)s goes to another place.")
            % {"place": place.code, "status": StockStatus(status).label},
            code="released-only",
            field="place",
        )


def container_numbers(count: int) -> list[str]:
    return next_numbers("container", count, prefix="C")


def take(unit: StockUnit, quantity: Decimal) -> None:
    """Less in the container, not saved yet. NotEnough when there is less than that."""
    if quantity > unit.quantity:
        raise NotEnough(
            _("%(container)s holds %(there)s, not %(asked)s.")
            % {
                "container": unit.container,
                "there": quantity_text(unit.quantity, unit.unit),
                "asked": quantity_text(quantity, unit.unit),
            },
            field="quantity",
            details={"container": unit.container, "there": str(unit.quantity), "asked": str(quantity)},
        )
    unit.quantity -= quantity
