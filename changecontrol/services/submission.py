"""Submit, withdraw, reopen, close: everything between drafts and signatures."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from bom.services import return_revision, submit_revision
from changecontrol.events import ChangeSubmitted
from changecontrol.exceptions import NotJudged
from changecontrol.models import ApprovalStep, ChangeRequest
from changecontrol.selectors.content import affected_of, change_content
from changecontrol.selectors.impact import computed_impact
from changecontrol.services.impact import orders_of
from changecontrol.services.moving import advance, locked, move, require_event
from changecontrol.states import ChangeState, route_of
from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.core.errors import NotValid
from foundation.records.act import act
from foundation.records.models import RevisionState
from routing.services import return_routing, submit_routing


def submit_change(*, actor: Actor, change_id: int) -> ChangeRequest:
    """Freeze the change and every draft that it carries, and ask the approval route for its signatures.

    NotJudged while an impact entry or an open order has no decision, or something new is touched since; the refusals of
    `submit_revision` and `submit_routing` when a draft is not sound; NotValid when it carries nothing.
    """
    with act(actor=actor, verb="changecontrol.change.submitted") as this:
        change = locked(this, change_id)
        require_event(actor, "submit")
        _refuse_unjudged(change)
        move(this, actor, change, "submit")
        _submit_drafts(actor, change)
        change.round += 1
        change.content_hash = content_hash(change_content(change))
        change.save()
        route = route_of(change.kind, change.severity)
        for step in route:
            ApprovalStep(change=change, round=change.round, side=step.side, permission=step.permission).save()
        this.relate(*(row.revision for row in affected_of(change)))
        this.note(content_hash=change.content_hash, round=change.round)
        this.publish(
            ChangeSubmitted(change_id=change.pk, number=change.number, permissions=[step.permission for step in route])
        )
    return change


def _refuse_unjudged(change: ChangeRequest) -> None:
    if not change.affected.exists():
        raise NotValid(_("A change carries at least one draft."), code="nothing-affected")
    known = {row.key for row in change.impact.all()}
    fresh = [entry for entry in computed_impact(change) if entry.key not in known]
    if fresh:
        raise NotJudged(
            _("The change touches more than when it was judged: compute the impact again."),
            details={"new": [entry.text for entry in fresh]},
        )
    unjudged = list(change.impact.filter(decision="").order_by("pk"))
    decided = set(change.order_decisions.values_list("order_number", flat=True))
    undecided = [order.number for order in orders_of(change) if order.number not in decided]
    if unjudged or undecided:
        raise NotJudged(
            _("%(entries)d impact entries and %(orders)d open orders have no decision.")
            % {"entries": len(unjudged), "orders": len(undecided)},
            details={"entries": [entry.pk for entry in unjudged], "orders": undecided},
        )


def _submit_drafts(actor: Actor, change: ChangeRequest) -> None:
    """Parts lists first: a routing is submitted on one that is no draft. The hashes are what will be signed."""
    for row in affected_of(change):
        if row.revision.state == RevisionState.DRAFT:
            if row.is_routing:
                submit_routing(actor=actor, revision_id=row.revision.pk)
            else:
                submit_revision(actor=actor, revision_id=row.revision.pk)
    for row in affected_of(change):
        row.content_hash = row.revision.content_hash
        row.save()


def return_drafts(actor: Actor, change: ChangeRequest, reason: str) -> None:
    """Everything that was frozen is a draft again, with the reason."""
    for row in reversed(affected_of(change)):
        if row.revision.state == RevisionState.IN_REVIEW:
            if row.is_routing:
                return_routing(actor=actor, revision_id=row.revision.pk, reason=reason)
            else:
                return_revision(actor=actor, revision_id=row.revision.pk, reason=reason)
        row.content_hash = ""
        row.save()


def withdraw_change(*, actor: Actor, change_id: int, reason: str) -> ChangeRequest:
    """Take it back, with a reason, before it is implemented. Its drafts can be edited, or carried by another change."""
    with act(actor=actor, verb="changecontrol.change.withdrawn", reason=reason) as this:
        change = locked(this, change_id)
        move(this, actor, change, "withdraw", reason)
        change.save()
        return_drafts(actor, change, reason)
    return change


def reopen_change(*, actor: Actor, change_id: int, reason: str) -> ChangeRequest:
    """A refused or withdrawn change is worked on again. Its judgements stay; it is signed anew, all of it."""
    with act(actor=actor, verb="changecontrol.change.reopened", reason=reason) as this:
        change = locked(this, change_id)
        move(this, actor, change, "reopen", reason)
        change.content_hash = ""
        change.save()
        _refuse_carried_elsewhere(change)
        if not change.impact.filter(decision="").exists() and change.state == ChangeState.DRAFT:
            advance(this, change, "assess")
            change.save()
    return change


def _refuse_carried_elsewhere(change: ChangeRequest) -> None:
    routing_ids: Iterable[int] = change.affected.exclude(routing_revision=None).values_list(
        "routing_revision", flat=True
    )
    bom_ids: Iterable[int] = change.affected.exclude(bom_revision=None).values_list("bom_revision", flat=True)
    others = ChangeRequest.objects.open().carrying(routing_ids=list(routing_ids), bom_ids=list(bom_ids))
    other = others.exclude(pk=change.pk).first()
    if other is not None:
        raise NotValid(
            _("%(change)s carries one of its drafts now.") % {"change": other.number}, code="carried-elsewhere"
        )


def close_change(*, actor: Actor, change_id: int, reason: str) -> ChangeRequest:
    """The effect is verified; ``reason`` says how."""
    with act(actor=actor, verb="changecontrol.change.closed", reason=reason) as this:
        change = locked(this, change_id)
        move(this, actor, change, "close", reason)
        change.save()
    return change
