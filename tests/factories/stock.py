"""Items, places and stock, made through services where their state matters."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from bom.models import Item, Supplier
from foundation.core.actor import Actor
from foundation.records.act import act
from resources.inventory import services
from resources.inventory.models import Lot, Place, StockUnit
from tests.factories.people import SETUP, site

FAR_AWAY = date(2099, 12, 31)
TESTER = Actor.system("tests-quality")


def item(number: str = "ACRYLIC", unit: str = "cm2", **more: Any) -> Item:
    found = Item.objects.filter(number=number).first()
    if found is not None:
        return found
    with act(actor=SETUP, verb="tests.item.made"):
        made = Item(number=number, name={"en": number.title(), "zh-hans": number}, unit=unit, **more)
        made.save()
    return made


def supplier(code: str = "ACME") -> Supplier:
    found = Supplier.objects.filter(code=code).first()
    if found is not None:
        return found
    with act(actor=SETUP, verb="tests.supplier.made"):
        made = Supplier(code=code, name=f"{code.title()} Co.")
        made.save()
    return made


def place(code: str = "WH-A", kind: str = "stock") -> Place:
    return Place.objects.filter(code=code).first() or services.create_place(
        actor=SETUP, code=code, name={"en": code}, kind=kind, site=site()
    )


def received(
    number: str = "ACRYLIC", quantity: str = "1000", unit: str = "cm2", *, containers: int = 1, **more: Any
) -> list[StockUnit]:
    """Containers in quarantine."""
    values = {"supplier_lot": "S-1", "expires_on": FAR_AWAY, "expired_reason": "It came like this", **more}
    return services.receive_lot(
        actor=SETUP,
        item_id=item(number, unit).pk,
        quantity=Decimal(quantity),
        unit=unit,
        supplier_id=values.pop("supplier_id", None) or supplier().pk,
        place=values.pop("place", None) or place(),
        containers=containers,
        **values,
    )


def released(number: str = "ACRYLIC", quantity: str = "1000", unit: str = "cm2", **more: Any) -> StockUnit:
    """One container, checked and released."""
    unit_made = received(number, quantity, unit, **more)[0]
    services.inspect_receipt(actor=TESTER, stock_unit_id=unit_made.pk, result="accepted", checks=[])
    return StockUnit.objects.select_related("lot__item", "place").get(pk=unit_made.pk)


def batch(number: str = "B-1", item_number: str = "PLATE", unit: str = "pcs", **more: Any) -> Lot:
    """The identity of a batch that is made here."""
    return services.open_lot(actor=SETUP, item_id=item(item_number, unit, make_or_buy="make").pk, number=number, **more)
