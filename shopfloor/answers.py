"""What the floor answers to questions of the portal: what waits for a person, and what a search finds."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts.policies import may
from foundation.accounts.scope import visible_rows
from foundation.core.actor import Actor
from foundation.core.answers import Found, Todo
from foundation.core.texts import localized
from shopfloor.models import ProductionBatch, TravelCard, WorkCard, WorkOrder
from shopfloor.selectors import pending_corrections, station_cards
from shopfloor.selectors import search as find
from shopfloor.states import CardState, OrderState

VIEW = "shopfloor.view_order"
MOST = 8


def todo(actor: Actor) -> list[Todo]:
    """Orders to dispatch, corrections to decide, first pieces to judge, cards that were begun or wait for quality."""
    found: list[Todo] = []
    if may(actor, "shopfloor.dispatch_order"):
        rows = WorkOrder.objects.visible_to(actor, "shopfloor.dispatch_order").filter(state=OrderState.PLANNED)
        for order in rows.select_related("item").order_by("pk")[:MOST]:
            url = reverse("shopfloor:order", args=[order.pk])
            detail = f"{order.quantity.normalize():f} × {localized(order.item.name)}"
            found.append(Todo(_("Orders to dispatch"), order.number, url, detail, icon_name="clipboard-list"))
    if may(actor, "quality.approve_correction"):
        for one in visible_rows(pending_corrections(), actor, "quality.approve_correction")[:MOST]:
            detail = f"{one.record.value} → {one.new_value}: {one.reason}"
            url = reverse("shopfloor:correction-list")
            found.append(Todo(_("Corrections to decide"), one.record.card.number, url, detail, icon_name="pencil"))
    if may(actor, "quality.inspect"):
        found += _cards(
            actor,
            "quality.inspect",
            CardState.FIRST_PIECE_PENDING,
            _("First pieces"),
            "shopfloor:work",
            "checkup-list",
        )
    if may(actor, "quality.decide_deviation"):
        found += _cards(
            actor,
            "quality.decide_deviation",
            CardState.BLOCKED,
            _("Stopped cards"),
            "shopfloor:card",
            "hand-stop",
            urgent=True,
        )
    if may(actor, "shopfloor.work_card"):
        found += _cards(
            actor,
            "shopfloor.work_card",
            CardState.PAUSED,
            _("Paused cards"),
            "shopfloor:work",
            "player-pause",
        )
    return found


def _cards(
    actor: Actor, permission: str, state: str, group: str, address: str, icon_name: str, *, urgent: bool = False
) -> list[Todo]:
    rows = visible_rows(station_cards(), actor, permission).filter(state=state).order_by("pk")[:MOST]
    return [
        Todo(
            group, card.number, reverse(address, args=[card.pk]), localized(card.order.item.name), card.state,
            card.get_state_display(), icon_name, urgent,
        )
        for card in rows
    ]  # fmt: skip


def search(text: str, actor: Actor) -> list[Found]:
    """Orders, batches, travellers and work cards by number."""
    if not may(actor, VIEW):
        return []
    found = [_found(one) for one in find(text, actor)]
    for card in WorkCard.objects.visible_to(actor).filter(number__iexact=text).select_related("order__item"):
        url = reverse("shopfloor:card", args=[card.pk])
        words = localized(card.order.item.name)
        found.append(Found(_("Work card"), card.number, url, words, card.state, card.get_state_display()))
    return found


def _found(one: WorkOrder | ProductionBatch | TravelCard) -> Found:
    if isinstance(one, WorkOrder):
        url = reverse("shopfloor:order", args=[one.pk])
        return Found(_("Order"), one.number, url, localized(one.item.name), one.state, one.get_state_display())
    order = one.order if isinstance(one, ProductionBatch) else one.batch.order
    url = reverse("shopfloor:order", args=[order.pk])
    if isinstance(one, ProductionBatch):
        return Found(_("Batch"), one.number, url, order.number)
    return Found(_("Traveller"), one.code, url, order.number)
