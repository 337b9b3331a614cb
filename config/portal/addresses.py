"""Where the page of a record is: model label → address name. The only place that knows every app's pages by record."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

ADDRESSES: dict[str, str] = {
    "accounts.user": "accounts:user",
    "accounts.station": "accounts:station",
    "webhooks.endpoint": "webhooks:endpoint",
    "webhooks.delivery": "webhooks:delivery",
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
    "retention.legalhold": "retention:hold",
    "retention.archive": "retention:archive",
    "equipment.equipment": "equipment:equipment",
    "personnel.qualification": "personnel:qualification",
}

# What the audit trail calls a record in people's words, beside its number.
KINDS: dict[str, Any] = {
    "accounts.user": _("User"),
    "accounts.station": _("Station"),
    "webhooks.endpoint": _("Webhook endpoint"),
    "webhooks.delivery": _("Webhook delivery"),
    "bom.item": _("Item"),
    "bom.bomrevision": _("Parts list"),
    "routing.routingrevision": _("Routing"),
    "routing.processcard": _("Process card"),
    "changecontrol.changerequest": _("Change request"),
    "inventory.lot": _("Lot or serial"),
    "inventory.stockunit": _("Container"),
    "inventory.hold": _("Hold"),
    "inventory.receipt": _("Receipt"),
    "shopfloor.workorder": _("Work order"),
    "shopfloor.productionbatch": _("Batch"),
    "shopfloor.workcard": _("Work card"),
    "quality.nonconformance": _("Nonconformance"),
    "quality.deviation": _("Deviation"),
    "dhr.devicehistoryrecord": _("Batch record"),
    "retention.retentionrule": _("Retention rule"),
    "retention.legalhold": _("Legal hold"),
    "retention.archive": _("Archive"),
    "equipment.equipment": _("Equipment"),
    "personnel.qualification": _("Qualification"),
}


def kind_of(label: str) -> str:
    """The kind of a record in the reader's language; a label that nobody named stays."""
    return str(KINDS.get(label.lower(), label))


def address_of(label: str, pk: int | None) -> str:
    """The address of a record's page; "" when it has none (yet)."""
    name = ADDRESSES.get(label.lower(), "")
    try:
        return reverse(name, args=[pk]) if name else ""
    except NoReverseMatch:
        return ""
