"""Who reads quality's records: at the site of the order or card that they are about, else where their lot lay."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from foundation.accounts.scope import Scope, Sites, rows_at
from quality.models import Deviation, Disposition, GaugeAssessment, Inspection, Nonconformance

VIEW = "quality.view_quality"
ORDERS, CARDS, LOTS = "shopfloor.workorder", "shopfloor.workcard", "inventory.lot"


def scopes() -> dict[type, Scope]:
    """Provider of ``access.scopes``."""
    return {
        **dict.fromkeys((Deviation, GaugeAssessment, Inspection, Nonconformance), Scope(VIEW, _found)),
        Disposition: Scope(VIEW, _of_nonconformance),
    }


def _found(sites: Sites) -> Q:
    """What names neither order nor card nor lot belongs to no site: whoever reads quality's records anywhere sees it."""
    order = rows_at(ORDERS, sites).filter(number=OuterRef("order_number"))
    card = rows_at(CARDS, sites).filter(pk=OuterRef("card_id"))
    lot = rows_at(LOTS, sites).filter(pk=OuterRef("lot_id"))
    elsewhere = Q(order_number="", card_id=None)
    return Q(Exists(order)) | Q(Exists(card)) | (elsewhere & (Q(lot=None) | Q(Exists(lot))))


def _of_nonconformance(sites: Sites) -> Q:
    rows = Nonconformance.objects.filter(pk=OuterRef("nonconformance_id")).filter(_found(sites))
    return Q(Exists(rows))
