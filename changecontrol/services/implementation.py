"""Implement an approved change: publish what was signed, say from when it applies, carry out the choice per order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from bom.models import BomRevision, Item
from bom.services import approve_revision, retire_revision
from changecontrol.events import ChangeImplemented
from changecontrol.models import ApprovalOutcome, ChangeRequest, Effectivity, OrderDecision
from changecontrol.selectors.content import affected_of
from changecontrol.selectors.orders import open_orders
from changecontrol.services.moving import advance, locked, move
from changecontrol.states import Scope
from foundation.core import clock, jobs
from foundation.core.actor import Actor
from foundation.core.errors import NotValid, TransitionNotAllowed
from foundation.core.refs import RecordRef
from foundation.records.act import Act, act
from foundation.records.models import RevisionState, Signature
from routing.authorization import PublicationAuthorization
from routing.models import ProcessCard, RoutingRevision
from routing.services import publish_process_card, retire_routing

TAKE_EFFECT = "changecontrol.take_effect"


def implement_change(*, actor: Actor, change_id: int, effective_from: datetime | None = None) -> ChangeRequest:
    """Approve the parts lists, publish the process cards, write their effectivity; effective at once or at that moment.

    ``effective_from`` may be given where the signed plan leaves it open; never in the past. PermissionDenied
    (``not-authorized``) when a signature does not bind exactly what would be published.
    """
    with act(actor=actor, verb="changecontrol.change.implemented") as this:
        change = locked(this, change_id)
        move(this, actor, change, "implement")
        change.effective_from = _moment(this, change, effective_from)
        change.save()
        cards = _publish(actor, change)
        _write_effectivity(change, cards)
        this.relate(*cards)
        this.note(cards=[card.number for card in cards], effective_from=change.effective_from.isoformat())
        if change.effective_from <= this.at:
            _take_effect(this, actor, change)
        else:
            _take_effect_later(change)
    return change


def take_effect(*, actor: Actor, change_id: int) -> ChangeRequest:
    """The moment has come. TransitionNotAllowed before it. Asked by the job that waits for it."""
    with act(actor=actor, verb="changecontrol.change.took_effect") as this:
        change = locked(this, change_id)
        if change.effective_from is None or change.effective_from > this.at:
            raise TransitionNotAllowed(_("%(number)s is not effective yet.") % {"number": change.number})
        _take_effect(this, actor, change)
    return change


def _moment(this: Act, change: ChangeRequest, asked: datetime | None) -> datetime:
    if asked is not None and change.planned_from is not None and asked != change.planned_from:
        raise NotValid(_("The approved plan says when it becomes effective."), field="effective_from")
    moment = asked or change.planned_from
    if moment is None or (asked is None and moment < this.at):
        return this.at
    if moment < this.at:
        raise NotValid(_("A change is never effective before it is implemented."), field="effective_from")
    return moment


def authorization_of(change: ChangeRequest) -> PublicationAuthorization:
    """What the approved change allows: content hash → the signatures of its present round over exactly that content."""
    ids = [
        signature_id
        for step in change.approval_steps.filter(round=change.round, outcome=ApprovalOutcome.APPROVED)
        for signature_id in step.signatures
    ]
    contents: dict[str, list[int]] = {}
    for signature in Signature.objects.filter(pk__in=ids).order_by("pk"):
        contents.setdefault(signature.content_hash, []).append(signature.pk)
    return PublicationAuthorization(
        change=RecordRef.to(change), contents=contents, effective_from=change.effective_from
    )


def _publish(actor: Actor, change: ChangeRequest) -> list[ProcessCard]:
    authorization = authorization_of(change)
    cards = []
    for row in affected_of(change):
        if isinstance(row.revision, BomRevision):
            approve_revision(actor=actor, revision_id=row.revision.pk, authorization=authorization)
        else:
            cards.append(
                publish_process_card(actor=actor, routing_revision_id=row.revision.pk, authorization=authorization)
            )
    return cards


def _write_effectivity(change: ChangeRequest, cards: Iterable[ProcessCard]) -> None:
    cards = list(cards)
    moment = change.effective_from
    if moment is None:
        raise TypeError(f"{change.number} is implemented without a moment")
    # Two changes of one item at once: the second waits here; the exclusion constraint stands behind.
    list(Item.objects.select_for_update().filter(pk__in={card.item_id for card in cards}).order_by("pk"))
    for card in cards:
        orders = change.planned_orders if change.planned_scope == Scope.ORDER else [""]
        for order_number in sorted(orders):
            _end_present(change, card, order_number, moment)
            Effectivity(
                card=card,
                item_id=card.item_id,
                variant=card.variant,
                purpose=card.purpose,
                scope=change.planned_scope,
                order_number=order_number,
                valid_from=moment,
                change=change,
            ).save()


def _end_present(change: ChangeRequest, card: ProcessCard, order_number: str, moment: datetime) -> None:
    rows = Effectivity.objects.select_for_update().filter(
        item_id=card.item_id,
        variant=card.variant,
        purpose=card.purpose,
        scope=change.planned_scope,
        order_number=order_number,
    )
    later = rows.filter(valid_from__gte=moment).select_related("change").first()
    if later is not None:
        raise TransitionNotAllowed(
            _("%(other)s takes effect at the same time or later: implement it, or choose a later moment.")
            % {"other": later.change.number},
            code="effectivity-taken",
        )
    for row in rows.at(moment):
        row.valid_until = moment
        row.save()


def _take_effect(this: Act, actor: Actor, change: ChangeRequest) -> None:
    cards = [row.card for row in change.effectivities.select_related("card").order_by("pk")]
    decisions = _decisions(change, {card.item_id for card in cards})
    _retire_superseded(actor, change)
    advance(this, change, "take_effect")
    change.save()
    card_of = {card.item_id: card.pk for card in cards}
    this.publish(
        ChangeImplemented(
            change_id=change.pk,
            number=change.number,
            cards=[
                {
                    "item_id": card.item_id,
                    "card_id": card.pk,
                    "card_number": card.number,
                    "purpose": card.purpose,
                    "variant": card.variant,
                }
                for card in dict.fromkeys(cards)
            ],
            decisions=[
                {
                    "order_label": row.order_label,
                    "order_id": row.order_id,
                    "order_number": row.order_number,
                    "item_id": row.item_id,
                    "choice": row.choice,
                    "card_id": card_of.get(row.item_id),
                }
                for row in decisions
            ],
        )
    )


def _decisions(change: ChangeRequest, item_ids: set[int]) -> list[OrderDecision]:
    """The signed choices; orders dispatched since get the choice that was signed for later ones."""
    decisions = {row.order_number: row for row in change.order_decisions.order_by("pk")}
    for order in open_orders(item_ids):
        if order.number not in decisions and change.planned_scope == Scope.DATE:
            decisions[order.number] = OrderDecision(
                change=change,
                order_label=order.ref.label,
                order_id=order.ref.id,
                order_number=order.number,
                item_id=order.item_id,
                card_number=order.card_number,
                choice=change.later_orders,
                by_default=True,
            )
            decisions[order.number].save()
    return list(decisions.values())


def _retire_superseded(actor: Actor, change: ChangeRequest) -> None:
    """Routings and parts lists that no card stands on any more. Orders keep their cards; only new drafts look elsewhere."""
    if change.planned_scope != Scope.DATE:
        return
    reason = _("Superseded by %(number)s.") % {"number": change.number}
    ended = Effectivity.objects.filter(
        item__in=change.effectivities.values("item"), valid_until=change.effective_from
    ).select_related("card__routing_revision__bom_revision")
    in_use = Effectivity.objects.at(clock.now())
    for row in ended.order_by("pk"):
        routing: RoutingRevision = row.card.routing_revision
        if routing.state == RevisionState.APPROVED and not in_use.filter(card=row.card).exists():
            retire_routing(actor=actor, revision_id=routing.pk, reason=reason)
    for thing in affected_of(change):
        if isinstance(thing.revision, BomRevision):
            _retire_older_lists(actor, thing.revision, reason)


def _retire_older_lists(actor: Actor, revision: BomRevision, reason: str) -> None:
    in_use = Effectivity.objects.at(clock.now()).values("card__routing_revision__bom_revision")
    older = BomRevision.objects.approved().filter(item=revision.item, sequence__lt=revision.sequence)
    for row in older.exclude(pk__in=in_use).order_by("pk"):
        retire_revision(actor=actor, revision_id=row.pk, reason=reason)


def _take_effect_later(change: ChangeRequest) -> None:
    job = jobs.enqueue(TAKE_EFFECT, unique_key=f"{TAKE_EFFECT}:{change.pk}", payload={"change_id": change.pk})
    job.not_before = change.effective_from
    job.save(update_fields=["not_before"])
