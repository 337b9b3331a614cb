"""Nothing changes alone: a routing brings the parts list that it stands on, a parts list the routing that consumes it."""

from __future__ import annotations

from bom.models import BomRevision
from changecontrol.models import ChangeRequest
from changecontrol.services.carrying import IN_WORK, carry
from foundation.core.actor import Actor
from foundation.records.act import Act
from foundation.records.models import RevisionState
from routing.models import RoutingRevision
from routing.services import change_routing, start_routing


def carry_with_company(this: Act, actor: Actor, change: ChangeRequest, revision: RoutingRevision | BomRevision) -> None:
    """Carry a revision and what it cannot be changed without. What is only *touched* becomes an impact entry instead."""
    if not carry(this, change, revision):
        return
    if isinstance(revision, RoutingRevision):
        if revision.bom_revision.state in IN_WORK:
            carry(this, change, revision.bom_revision, dragged=True)
        return
    for routing in _consuming(actor, revision):
        carry(this, change, routing, dragged=True)


def _consuming(actor: Actor, revision: BomRevision) -> list[RoutingRevision]:
    """The drafts of the item's routings, put on this parts list; a new draft where one is approved and none open (CHG-06)."""
    routings = list(RoutingRevision.objects.filter(item=revision.item).order_by("pk"))
    in_work = [row for row in routings if row.state in IN_WORK]
    found = [row for row in in_work if row.bom_revision_id == revision.pk]
    for row in in_work:
        if row.state == RevisionState.DRAFT and row.bom_revision_id != revision.pk:
            found.append(change_routing(actor=actor, revision_id=row.pk, changes={"bom_revision_id": revision.pk}))
    covered = {row.variant for row in in_work}
    approved = {row.variant: row for row in routings if row.state == RevisionState.APPROVED}
    for variant, latest in approved.items():
        if variant not in covered:
            found.append(_draft_of(actor, latest, revision))
    return found


def _draft_of(actor: Actor, latest: RoutingRevision, bom_revision: BomRevision) -> RoutingRevision:
    return start_routing(
        actor=actor,
        item_id=latest.item_id,
        bom_revision_id=bom_revision.pk,
        variant=latest.variant,
        purpose=latest.purpose,
        copy_of=latest.pk,
    )
