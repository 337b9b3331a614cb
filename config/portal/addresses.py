"""Where the page of a record is: model label → address name. The only place that knows every app's pages by record."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

ADDRESSES: dict[str, str] = {
    "accounts.user": "accounts:user",
    "accounts.station": "accounts:station",
    "records.ledgerentry": "portal:ledger-entry",
    "bom.item": "bom:item",
    "bom.bomrevision": "bom:revision",
    "routing.routingrevision": "routing:editor",
    "routing.processcard": "routing:card",
    "changecontrol.changerequest": "changecontrol:change",
    "inventory.lot": "inventory:lot",
    "inventory.stockunit": "inventory:unit",
    "inventory.hold": "inventory:hold",
    "inventory.receipt": "inventory:receipt",
    "shopfloor.workorder": "shopfloor:order",
    "shopfloor.productionbatch": "shopfloor:batch",
    "shopfloor.workcard": "shopfloor:card",
    "quality.nonconformance": "quality:nonconformance-by-id",
    "quality.deviation": "quality:deviation-by-id",
    "quality.gaugeassessment": "quality:assessment-by-id",
    "dhr.devicehistoryrecord": "dhr:record-by-id",
    "equipment.equipment": "equipment:equipment",
    "personnel.qualification": "personnel:qualification",
}


def address_of(label: str, pk: int) -> str:
    """The address of a record's page; "" when it has none (yet)."""
    name = ADDRESSES.get(label.lower(), "")
    try:
        return reverse(name, args=[pk]) if name else ""
    except NoReverseMatch:
        return ""
