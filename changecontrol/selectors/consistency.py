"""What stands on a superseded definition without a signed decision. It must find nothing (CHG-18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from bom.models import Baseline, BomRevision
from changecontrol.models import ChangeRequest, Effectivity, ImpactEntry, OrderDecision
from changecontrol.selectors.effectivity import resolve
from changecontrol.selectors.orders import decisions_for_order, open_orders
from changecontrol.states import OPEN, ChangeState, ImpactKind, Judgement, Scope
from foundation.core import clock
from foundation.core.refs import RecordRef
from foundation.records.models import RevisionState
from resources.inventory.models import StockUnit
from routing.models import ProcessCard, RoutingRevision

GRACE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """One finding: about which record, of which kind, in words."""

    kind: str
    record: RecordRef
    text: str

    def __str__(self) -> str:
        return f"{self.record.number}: {self.text}"


def inconsistencies() -> Iterator[Inconsistency]:
    """Orders, stock, cards, revisions and changes that are out of step with what is effective."""
    rows = list(Effectivity.objects.select_related("card", "change").order_by("valid_from"))
    yield from _orders(rows)
    yield from _stock(rows)
    yield from _cards(rows)
    yield from _lists(rows)
    yield from _reviews()
    yield from _late_changes()


def _orders(rows: list[Effectivity]) -> Iterator[Inconsistency]:
    cards = {row.card.number: row.card for row in rows}
    for order in open_orders({row.item_id for row in rows}):
        card = cards.get(order.card_number)
        if card is None:
            continue  # planned, not dispatched: it is pinned when it is
        alike = [
            row
            for row in rows
            if (row.item_id, row.variant, row.purpose) == (order.item_id, card.variant, card.purpose)
        ]
        effective = resolve(alike, clock.now(), order.number)
        if (effective is None or effective.card_id != card.pk) and not decisions_for_order(order.number):
            text = _("runs on superseded %(card)s without a signed decision.") % {"card": card.number}
            yield Inconsistency("order", order.ref, text)


def _stock(rows: list[Effectivity]) -> Iterator[Inconsistency]:
    """Stock built to a card that ended, where the change that ended it judged neither stock nor an order of the item."""
    now = clock.now()
    ended = {
        row.card_id: row
        for row in rows
        if row.scope == Scope.DATE and row.valid_until is not None and row.valid_until <= now
    }
    decided = set(OrderDecision.objects.values_list("change", "item"))
    judged = set(
        ImpactEntry.objects.filter(kind=ImpactKind.STOCK, subject_label="bom.item")
        .exclude(decision="")
        .values_list("change", "subject_id")
    )
    units = StockUnit.objects.present().filter(lot__built_to_card__in=list(ended)).select_related("lot")
    for unit in units.order_by("pk"):
        old = ended[unit.lot.built_to_card]
        successor = next((row for row in rows if _follows(row, old)), None)
        if successor is None or (successor.change_id, old.item_id) in decided | judged:
            continue
        text = _("was built to superseded %(card)s without a signed decision.") % {"card": old.card.number}
        yield Inconsistency("stock", RecordRef("inventory.lot", unit.lot_id, unit.lot.display_number), text)


def _follows(row: Effectivity, old: Effectivity) -> bool:
    same = (row.item_id, row.variant, row.purpose, row.scope) == (old.item_id, old.variant, old.purpose, old.scope)
    return same and row.valid_from == old.valid_until


def _cards(rows: list[Effectivity]) -> Iterator[Inconsistency]:
    for card in ProcessCard.objects.exclude(pk__in={row.card_id for row in rows}).order_by("pk"):
        yield Inconsistency("card", RecordRef.to(card), _("is published, and nothing says when it applies."))


def _lists(rows: list[Effectivity]) -> Iterator[Inconsistency]:
    """An effective card on a parts list that a newer approved one superseded, where nobody waived it with a reason."""
    current = [row for row in rows if row.scope == Scope.DATE and row.valid_until is None]
    routings = RoutingRevision.objects.select_related("bom_revision").in_bulk(
        [row.card.routing_revision_id for row in current]
    )
    waived = set(
        ImpactEntry.objects.filter(decision=Judgement.WAIVED, kind=ImpactKind.PROCESS).values_list("change", flat=True)
    )
    for row in current:
        used = routings[row.card.routing_revision_id].bom_revision
        newer = BomRevision.objects.approved().filter(item=used.item_id, sequence__gt=used.sequence).first()
        if newer is None or (newer.approval_label == ChangeRequest._meta.label_lower and newer.approval_id in waived):
            continue
        text = _("stands on %(old)s, superseded by %(new)s.") % {"old": used.number, "new": newer.number}
        yield Inconsistency("card", RecordRef.to(row.card), text)


def _reviews() -> Iterator[Inconsistency]:
    """Frozen for review, and nobody reviews."""
    text = _("is in review, and no open change carries it.")
    routings = RoutingRevision.objects.filter(state=RevisionState.IN_REVIEW)
    for routing in routings.exclude(changes__change__state__in=OPEN).order_by("pk"):
        yield Inconsistency("revision", RecordRef.to(routing), text)
    proposed = Baseline.objects.filter(state="in_approval").values("entries__revision")
    lists = BomRevision.objects.filter(state=RevisionState.IN_REVIEW)
    for revision in lists.exclude(changes__change__state__in=OPEN).exclude(pk__in=proposed).order_by("pk"):
        yield Inconsistency("revision", RecordRef.to(revision), text)


def _late_changes() -> Iterator[Inconsistency]:
    late = ChangeRequest.objects.filter(state=ChangeState.IMPLEMENTING, effective_from__lt=clock.now() - GRACE)
    for change in late.order_by("pk"):
        yield Inconsistency("change", RecordRef.to(change), _("should have taken effect by now."))
