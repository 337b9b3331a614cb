"""Compute the impact, judge it, and choose for each open order what it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from changecontrol.models import ChangeRequest, ImpactEntry, OrderDecision
from changecontrol.selectors.impact import Computed, computed_impact
from changecontrol.selectors.orders import OpenOrder, open_orders
from changecontrol.services.moving import advance, locked, require_editable
from changecontrol.states import ASSESS, RAISE, ChangeState, ImpactKind, Judgement, OrderChoice, Source
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.records.act import Act, act


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person says of one entry. ``reason``: why it is waived, or what is done about it."""

    entry_id: int
    decision: str
    reason: str = ""


def compute_impact(*, actor: Actor, change_id: int) -> ChangeRequest:
    """Compute again. A judgement stays as long as what was computed is the same; what is no longer found goes."""
    with act(actor=actor, verb="changecontrol.impact.computed") as this:
        change = locked(this, change_id)
        require_editable(actor, change, [RAISE])
        refresh_impact(this, change)
    return change


def refresh_impact(this: Act, change: ChangeRequest) -> None:
    """The part of every act that changes what the change carries."""
    kept = {row.key: row for row in change.impact.filter(source=Source.COMPUTED)}
    for entry in computed_impact(change):
        _keep(change, kept.pop(entry.key, None), entry)
    for gone in kept.values():
        gone.delete()
    _forget_closed_orders(change)
    settle(this, change)


def _keep(change: ChangeRequest, known: ImpactEntry | None, entry: Computed) -> None:
    if known is not None and known.text == entry.text:
        return
    row = known or ImpactEntry(change=change, kind=entry.kind, source=Source.COMPUTED)
    row.subject_label, row.subject_number = entry.subject.label, entry.subject.number
    row.subject_id = entry.subject.id or None
    row.text, row.suggested = entry.text, entry.suggested
    row.decision, row.reason, row.judged_by, row.judged_at = "", "", None, None
    row.save()


def _forget_closed_orders(change: ChangeRequest) -> None:
    numbers = {order.number for order in orders_of(change)}
    for decision in change.order_decisions.exclude(order_number__in=numbers):
        decision.delete()


def orders_of(change: ChangeRequest) -> list[OpenOrder]:
    """The open orders of the items whose cards the change replaces."""
    items = {row.revision.item_id for row in change.affected.select_related("routing_revision", "bom_revision")}
    return open_orders(items)


def settle(this: Act, change: ChangeRequest) -> None:
    """Assessed when everything is judged, draft again when something is not: the system moves it."""
    judged = change.impact.exists() and not change.impact.filter(decision="").exists()
    event = {(True, ChangeState.DRAFT): "assess", (False, ChangeState.ASSESSED): "reassess"}.get(
        (judged, ChangeState(change.state))
    )
    if event:
        advance(this, change, event)
        change.save()


def add_impact(*, actor: Actor, change_id: int, kind: str, text: Mapping[str, str]) -> ImpactEntry:
    """An entry that the computation does not know. It must be judged like the others."""
    with act(actor=actor, verb="changecontrol.impact.added") as this:
        change = locked(this, change_id)
        require_editable(actor, change, [ASSESS])
        if kind not in ImpactKind.values or not any(part.strip() for part in text.values()):
            raise NotValid(_("Say what is touched, and of which kind it is."), field="text")
        entry = ImpactEntry(change=change, kind=kind, source=Source.ADDED, text=dict(text))
        entry.save()
        settle(this, change)
    return entry


def judge_impact(*, actor: Actor, change_id: int, judgements: Sequence[Verdict]) -> ChangeRequest:
    """Judge entries. NotValid without a reason for *affected* and *waived*. All judged: the change is assessed."""
    with act(actor=actor, verb="changecontrol.impact.judged") as this:
        change = locked(this, change_id)
        require_editable(actor, change, [ASSESS])
        entries = {row.pk: row for row in change.impact.order_by("pk")}
        for verdict in judgements:
            _judge(this, entries.get(verdict.entry_id), verdict)
        this.note(judged=len(judgements))
        settle(this, change)
    return change


def _judge(this: Act, entry: ImpactEntry | None, verdict: Verdict) -> None:
    if entry is None:
        raise NotValid(_("This entry is not of this change."), field="entry")
    if verdict.decision not in (Judgement.AFFECTED, Judgement.NOT_AFFECTED, Judgement.WAIVED):
        raise NotValid(
            _("Choose: affected, not affected, or waived."),
            field="decision",
            details={"entry": entry.pk, "kind": entry.kind},
        )
    if verdict.decision != Judgement.NOT_AFFECTED and not verdict.reason.strip():
        raise NotValid(
            _("Say what is done about it, or why it is waived."),
            code="reason-required",
            field="reason",
            details={"entry": entry.pk, "kind": entry.kind},
        )
    entry.decision, entry.reason = verdict.decision, verdict.reason.strip()
    entry.judged_by_id, entry.judged_at = this.actor.user_id, this.at
    entry.save()


def decide_order(*, actor: Actor, change_id: int, order_number: str, choice: str, reason: str = "") -> OrderDecision:
    """What an open order does when the change is effective; a part of what is signed. NotValid for an order not open."""
    with act(actor=actor, verb="changecontrol.order.decided", reason=reason) as this:
        change = locked(this, change_id)
        require_editable(actor, change, [ASSESS])
        if choice not in OrderChoice.values:
            raise NotValid(_("Choose: finish on the old card, switch, or hold."), field="choice")
        order = next((row for row in orders_of(change) if row.number == order_number), None)
        if order is None:
            raise NotValid(_("Order %(order)s is not open.") % {"order": order_number}, field="order_number")
        decision = change.order_decisions.filter(order_number=order_number).first() or OrderDecision(
            change=change,
            order_label=order.ref.label,
            order_id=order.ref.id,
            order_number=order.number,
            item_id=order.item_id,
        )
        decision.card_number, decision.choice, decision.reason = order.card_number, choice, reason.strip()
        decision.save()
        this.relate(order.ref)
        _judge_order(this, change, order_number, decision)
        settle(this, change)
    return decision


def _judge_order(this: Act, change: ChangeRequest, order_number: str, decision: OrderDecision) -> None:
    entry = change.impact.filter(kind=ImpactKind.WIP, subject_number=order_number).first()
    if entry is not None:
        words = " ".join(part for part in (str(OrderChoice(decision.choice).label), decision.reason) if part)
        _judge(this, entry, Verdict(entry.pk, Judgement.AFFECTED, words))
