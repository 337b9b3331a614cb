"""Open orders: asked upwards, since change control stands below the shop floor."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from changecontrol.models import OrderDecision
from changecontrol.states import OPEN, ChangeState
from foundation.core import events
from foundation.core.refs import RecordRef

OPEN_ORDERS = "changecontrol.open_orders"


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """What a provider of ``changecontrol.open_orders(item_ids)`` answers with: dispatched and not finished.

    ``number`` and ``card_number`` are the order's and of the card it is pinned to; ``quantity`` is in pieces of the item.
    """

    ref: RecordRef
    number: str
    item_id: int
    card_number: str
    state: str
    quantity: Decimal


def open_orders(item_ids: Collection[int]) -> list[OpenOrder]:
    """Every open order of these items, by number. Nothing when nobody answers."""
    if not item_ids:
        return []
    found = [order for answer in events.ask(OPEN_ORDERS, sorted(item_ids)) for order in answer]
    return sorted(found, key=lambda order: order.number)


def decisions_for_order(order_number: str) -> list[OrderDecision]:
    """The signed choices for an order, newest first: of changes that are approved, and not withdrawn since."""
    return list(
        OrderDecision.objects.filter(order_number=order_number)
        .exclude(change__state__in=[*OPEN[:3], ChangeState.REFUSED, ChangeState.WITHDRAWN])
        .select_related("change")
        .order_by("-pk")
    )
