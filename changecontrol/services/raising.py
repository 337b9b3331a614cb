"""Raise a change, write its text and plan, say which drafts it carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from bom.models import BomRevision
from changecontrol.models import AffectedThing, ChangeRequest
from changecontrol.selectors.authors import WRITTEN
from changecontrol.services.dragging import carry_with_company
from changecontrol.services.impact import refresh_impact
from changecontrol.services.moving import locked, require_editable
from changecontrol.states import RAISE, Kind, Scope, Severity
from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.numbering import next_number
from foundation.records.act import Act, act
from routing.models import RoutingRevision


def raise_change(
    *,
    actor: Actor,
    title: Mapping[str, str],
    kind: str,
    severity: str,
    reason: str,
    routing_revision_ids: Sequence[int] = (),
    bom_revision_ids: Sequence[int] = (),
) -> ChangeRequest:
    """A new change, carrying these drafts and what they drag along, with its impact computed.

    NotValid without title or reason, or for an unknown type or class; CarriedElsewhere when another open change has a draft.
    """
    with act(actor=actor, verb="changecontrol.change.raised", reason=reason) as this:
        require(actor, RAISE)
        change = ChangeRequest(
            number=next_number("change", prefix="CR"),
            title=dict(title),
            kind=kind,
            severity=severity,
            reason=reason.strip(),
            state_since=this.at,
            raised_by_id=actor.user_id,
            raised_at=this.at,
        )
        check_text(change)
        change.save()
        this.about(change)
        for revision_id in bom_revision_ids:
            _add(this, actor, change, bom_revision_id=revision_id)
        for revision_id in routing_revision_ids:
            _add(this, actor, change, routing_revision_id=revision_id)
        refresh_impact(this, change)
    return change


def edit_change(*, actor: Actor, change_id: int, changes: Mapping[str, Any]) -> ChangeRequest:
    """Change title, type, class, reason or plan before submission. NotValid for a field that is not one of these."""
    with act(actor=actor, verb="changecontrol.change.edited") as this:
        change = locked(this, change_id)
        require_editable(actor, change, [RAISE])
        unknown = set(changes) - set(WRITTEN)
        if unknown:
            raise NotValid(_("This cannot be changed: %(fields)s.") % {"fields": ", ".join(sorted(unknown))})
        for name, value in changes.items():
            setattr(change, name, value)
        check_text(change)
        change.save()
        this.note(changed=sorted(changes))
    return change


def check_text(change: ChangeRequest) -> None:
    """What every change must say. NotValid names the field."""
    if not any(text.strip() for text in change.title.values()):
        raise NotValid(_("A change has a title."), field="title")
    if not change.reason.strip():
        raise NotValid(_("Give a reason."), code="reason-required", field="reason")
    if change.kind not in Kind.values:
        raise NotValid(_("Choose the type of change."), field="kind")
    if change.severity not in Severity.values:
        raise NotValid(_("Choose minor or major."), field="severity")
    if (change.planned_scope == Scope.ORDER) != bool(change.planned_orders):
        raise NotValid(_("Name the orders that it is for, and only then."), field="planned_orders")


def add_affected(
    *, actor: Actor, change_id: int, routing_revision_id: int | None = None, bom_revision_id: int | None = None
) -> ChangeRequest:
    """Let the change carry one more draft, with what it drags along; the impact is computed again."""
    with act(actor=actor, verb="changecontrol.affected.added") as this:
        change = locked(this, change_id)
        require_editable(actor, change, [RAISE])
        _add(this, actor, change, routing_revision_id=routing_revision_id, bom_revision_id=bom_revision_id)
        refresh_impact(this, change)
    return change


def remove_affected(*, actor: Actor, change_id: int, affected_id: int, reason: str) -> ChangeRequest:
    """Let a draft go, with a reason; it stays a draft. A BOM draft that a carried routing stands on cannot go alone."""
    with act(actor=actor, verb="changecontrol.affected.removed", reason=reason) as this:
        change = locked(this, change_id)
        require_editable(actor, change, [RAISE])
        if not reason.strip():
            raise NotValid(_("Give a reason."), code="reason-required", field="reason")
        row: AffectedThing = change.affected.select_related("routing_revision", "bom_revision").get(pk=affected_id)
        needing = change.affected.filter(routing_revision__bom_revision_id=row.bom_revision_id or -1).first()
        if needing is not None:
            raise NotValid(
                _("%(routing)s stands on this parts list: take it out first.") % {"routing": needing.revision.number}
            )
        this.relate(row.revision)
        row.delete()
        refresh_impact(this, change)
    return change


def _add(
    this: Act,
    actor: Actor,
    change: ChangeRequest,
    *,
    routing_revision_id: int | None = None,
    bom_revision_id: int | None = None,
) -> None:
    if (routing_revision_id is None) == (bom_revision_id is None):
        raise NotValid(_("Name one routing revision or one BOM revision."))
    revision: RoutingRevision | BomRevision
    if routing_revision_id is not None:
        revision = RoutingRevision.objects.select_related("bom_revision").get(pk=routing_revision_id)
    else:
        revision = BomRevision.objects.select_related("item").get(pk=bom_revision_id)
    carry_with_company(this, actor, change, revision)
