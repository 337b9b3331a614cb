"""Who reads stock: places have a site; a lot is of every site that it ever lay at, a hold of what it holds."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from foundation.accounts.scope import Scope, Sites, rows_at
from resources.inventory.models import (
    GenealogyLink,
    Hold,
    LabelReading,
    Lot,
    Movement,
    Place,
    Receipt,
    ReceiptInspection,
    StockUnit,
)
from resources.inventory.policies import VIEW
from resources.inventory.states import OF_EVERY_SITE, HoldKind

ORDERS = "shopfloor.workorder"


def scopes() -> dict[type, Scope]:
    """Provider of ``access.scopes``."""
    return {
        Place: Scope(VIEW, "site"),
        StockUnit: Scope(VIEW, "place__site"),
        Receipt: Scope(VIEW, "place__site"),
        ReceiptInspection: Scope(VIEW, "stock_unit__place__site"),
        LabelReading: Scope(VIEW, "stock_unit__place__site"),
        Movement: Scope(VIEW, _movement),
        Lot: Scope(VIEW, lot_at),
        GenealogyLink: Scope(VIEW, _link),
        Hold: Scope(VIEW, _hold),
    }


def _movement(sites: Sites) -> Q:
    return Q(from_place__site__in=sites) | Q(to_place__site__in=sites)


def lot_at(sites: Sites) -> Q:
    """Some of it, or of its serials, was moved at one of these sites. Every quantity there ever was has a movement."""
    moved = Movement.objects.filter(_movement(sites))
    own = moved.filter(stock_unit__lot=OuterRef("pk"))
    serials = moved.filter(stock_unit__lot__parent_lot=OuterRef("pk"))
    return Q(Exists(own)) | Q(Exists(serials))


def lot_seen(field: str, sites: Sites) -> Q:
    """The lot behind this foreign key was at one of these sites."""
    return Q(Exists(Lot.objects.filter(pk=OuterRef(field)).filter(lot_at(sites))))


def _link(sites: Sites) -> Q:
    return lot_seen("consumed_lot_id", sites) | lot_seen("produced_lot_id", sites)


def _hold(sites: Sites) -> Q:
    orders = rows_at(ORDERS, sites).filter(pk=OuterRef("ref_id"))
    return (
        Q(kind__in=OF_EVERY_SITE)
        | Q(kind=HoldKind.STOCK_UNIT, stock_unit__place__site__in=sites)
        | (Q(kind=HoldKind.LOT) & lot_seen("lot_id", sites))
        | Q(kind=HoldKind.EQUIPMENT, equipment__site__in=sites)
        | (Q(kind=HoldKind.ORDER, ref_label=ORDERS) & Q(Exists(orders)))
    )
