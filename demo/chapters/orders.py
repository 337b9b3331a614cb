"""The story's orders, and a card on which nothing happens."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bom.models import Item
from demo.hands import STATION_OF, Hands
from demo.narrator import Narrator
from demo.people import at_desk, badge_in
from demo.plant import SITE
from foundation.accounts.models import Site
from quality.selectors import inspections
from shopfloor import services as floor
from shopfloor.models import ProductionBatch, TravelCard, WorkCard, WorkOrder
from shopfloor.selectors import card_view

NOTE = "The demo's story"  # on its orders, so that they are never taken for those of somebody who tries the demo


@dataclass(frozen=True)
class Made:
    """An order of the story, with what dispatch made of it."""

    order: WorkOrder
    batch: ProductionBatch
    cards: list[WorkCard]

    def card(self, operation: int) -> WorkCard:
        """The card of this operation (the first serial's, where there are several)."""
        return next(card for card in self.cards if card.operation == operation)


def order_of(number: str) -> WorkOrder | None:
    """The story's order of this item, when it is planned already."""
    return WorkOrder.objects.filter(item__number=number, note=NOTE).order_by("pk").first()


def made(number: str) -> Made:
    """What the story made, or makes, of this item."""
    order = WorkOrder.objects.get(item__number=number, note=NOTE)
    batch = ProductionBatch.objects.select_related("lot").get(order=order)
    return Made(order, batch, list(WorkCard.objects.filter(order=order, kind="normal").order_by("pk")))


def make_order(story: Narrator, number: str, quantity: int) -> Made:
    """Plan and dispatch; the effective process card is pinned."""
    planner, site = at_desk("planner"), Site.objects.get(code=SITE)
    order = order_of(number) or floor.plan_order(
        actor=planner,
        item_id=Item.objects.get(number=number).pk,
        quantity=Decimal(quantity),
        site_id=site.pk,
        note=NOTE,
    )
    if order.state == "planned":
        floor.dispatch_order(actor=planner, order_id=order.pk)
    found = made(number)
    travellers = ", ".join(TravelCard.objects.filter(batch=found.batch).order_by("pk").values_list("code", flat=True))
    story.did(
        "Zhang Min",
        f"dispatches {order.number}: {quantity} × {number}, batch {found.batch.number}, traveller {travellers}",
    )
    return found


def hands_for(card: WorkCard, username: str = "operator") -> Hands:
    return Hands(username, STATION_OF[card.work_center])


def run_plain(card: WorkCard, quantity: int, username: str = "operator") -> None:
    """A card on which nothing happens: start, work, first piece where asked, report, inspect where asked, sign."""
    card = WorkCard.objects.get(pk=card.pk)
    if card.state == "completed":
        return
    hands = hands_for(card, username)
    hands.read_and_start(card)
    hands.work(card)
    accept_first(card)
    hands.work(card)
    inspect(card)
    hands.report(card, good=quantity)
    hands.complete(card)


def accept_first(card: WorkCard) -> None:
    """The inspector accepts the first piece, where the card asks for it."""
    if WorkCard.objects.get(pk=card.pk).state == "first_piece_pending":
        floor.accept_first_piece(
            actor=badge_in("quality", STATION_OF[card.work_center]), card_id=card.pk, accepted=True
        )


def inspect(card: WorkCard) -> None:
    """The final inspection of a hold point."""
    view = card_view(card, at_desk("quality"))
    done = inspections(card_ids=[card.pk], kind="final").exists()
    if view.operation.raw.get("hold_point") and not done:
        actor = badge_in("quality", STATION_OF[card.work_center])
        floor.inspect_card(actor=actor, card_id=card.pk, kind="final", accepted=True, note="Hold point")
