"""Plan orders; hold, resume, cancel and close them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from bom.models import Item, MakeOrBuy, Tracking
from foundation.accounts.models import Site
from foundation.accounts.policies import require
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotFound, NotValid
from foundation.core.numbering import next_number
from foundation.core.units import unit as unit_of
from foundation.records.act import act
from shopfloor.models import WorkCard, WorkOrder
from shopfloor.services.moving import change_state
from shopfloor.states import ORDER, CardState, OrderKind, OrderState

PLAN = "shopfloor.plan_order"


def plan_order(
    *,
    actor: Actor,
    item_id: int,
    quantity: Decimal,
    site_id: int,
    kind: str = OrderKind.PRODUCTION,
    due: date | None = None,
    variant: str = "",
    note: str = "",
) -> WorkOrder:
    """An order for a whole number of pieces of an item that is made here. Nothing is pinned before dispatch.

    NotValid: not a made item, untracked, not a positive whole number, counted in something else than pieces, a day gone by.
    """
    with act(actor=actor, verb="shopfloor.order.planned") as this:
        require(actor, PLAN, site_id)
        item = _made_item(item_id)
        _check(quantity, kind, due)
        if not Site.objects.filter(pk=site_id).exists():
            raise NotValid(_("There is no such site."), code="not-found", field="site")
        order = WorkOrder(
            number=next_number("shopfloor.order", prefix="WO"),
            item=item,
            variant=variant.strip(),
            quantity=quantity,
            unit=item.unit,
            kind=kind,
            site_id=site_id,
            due=due,
            note=note.strip(),
            planned_at=this.at,
        )
        order.save()
        this.about(order)
    return order


def _made_item(item_id: int) -> Item:
    item: Item | None = Item.objects.filter(pk=item_id).first()
    if item is None:
        raise NotValid(_("There is no such item."), code="not-found", field="item")
    if item.make_or_buy != MakeOrBuy.MAKE:
        raise NotValid(_("%(item)s is bought, not made.") % {"item": item.number}, code="not-made", field="item")
    if item.tracking == Tracking.NONE or unit_of(item.unit).dimension != "count":
        raise NotValid(
            _("%(item)s is not made in pieces that are tracked by lot or serial number.") % {"item": item.number},
            code="not-tracked",
            field="item",
        )
    return item


def _check(quantity: Decimal, kind: str, due: date | None) -> None:
    if not quantity.is_finite() or quantity <= 0 or quantity != quantity.to_integral_value() or quantity > 100_000:
        raise NotValid(_("An order is for a whole number of pieces, 1 to 100,000."), field="quantity")
    if kind not in OrderKind.values:
        raise NotValid(_("Unknown kind of order."), field="kind")
    if due is not None and due < clock.today():
        raise NotValid(_("The day it is due has gone by."), field="due")


def lock_order(order_id: int) -> WorkOrder:
    """The order, locked. NotFound when there is none."""
    order: WorkOrder | None = (
        WorkOrder.objects.select_for_update(of=("self",), no_key=True)
        .select_related("item", "site")
        .filter(pk=order_id)
        .first()
    )
    if order is None:
        raise NotFound.here()
    return order


def hold_order(*, actor: Actor, order_id: int, reason: str) -> WorkOrder:
    """Stop the order; its running cards stop at their next act, by the gate."""
    with act(actor=actor, verb="shopfloor.order.held", reason=reason) as this:
        order = lock_order(order_id)
        this.about(order)
        require(actor, PLAN, order.site_id)
        row = ORDER.next(order.state, "hold", reason=reason)
        order.held_from, order.state = order.state, OrderState(row.target)
        order.save()
    return order


def resume_order(*, actor: Actor, order_id: int, reason: str) -> WorkOrder:
    """Back to where it was held from."""
    with act(actor=actor, verb="shopfloor.order.resumed", reason=reason) as this:
        order = lock_order(order_id)
        this.about(order)
        require(actor, PLAN, order.site_id)
        row = ORDER.next(order.state, f"resume_{order.held_from}", reason=reason)
        order.state, order.held_from = OrderState(row.target), ""
        order.save()
    return order


def cancel_order(*, actor: Actor, order_id: int, reason: str) -> WorkOrder:
    """Nothing was begun: the order and its cards end. What was begun is completed or scrapped instead."""
    with act(actor=actor, verb="shopfloor.order.cancelled", reason=reason) as this:
        order = lock_order(order_id)
        this.about(order)
        require(actor, PLAN, order.site_id)
        row = ORDER.next(order.state, "cancel", reason=reason)
        cards = WorkCard.objects.select_for_update(no_key=True).filter(order=order).order_by("pk")
        for card in cards:
            if card.state in (CardState.WAITING, CardState.READY):
                change_state(this, card, "cancel", reason=reason)
        order.state = OrderState(row.target)
        order.save()
    return order


def close_order(*, actor: Actor, order_id: int) -> WorkOrder:
    """Nothing more is expected of a completed order."""
    with act(actor=actor, verb="shopfloor.order.closed") as this:
        order = lock_order(order_id)
        this.about(order)
        require(actor, PLAN, order.site_id)
        order.state = OrderState(ORDER.next(order.state, "close").target)
        order.save()
    return order
