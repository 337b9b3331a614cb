"""Approval of a submitted revision: only under an authorization whose signatures bind exactly its content."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bom import states
from bom.authorization import PublicationAuthorization
from bom.events import BomRevisionApproved
from bom.models import BomRevision
from bom.selectors import authors_of
from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.core.errors import Conflict
from foundation.core.refs import RecordRef
from foundation.records.act import act


def approve_revision(*, actor: Actor, revision_id: int, authorization: PublicationAuthorization) -> BomRevision:
    """Approve what is in review. Older approved revisions stay approved: what is current is the newest.

    PermissionDenied (``not-authorized``) unless the authorization has approving signatures of two people, none an author,
    over exactly this content; TransitionNotAllowed when it is not in review.
    """
    with act(actor=actor, verb="bom.revision.approved") as this:
        revision: BomRevision = BomRevision.objects.select_for_update().select_related("item").get(pk=revision_id)
        this.about(revision)
        row = states.REVISION.next(revision.state, "approve")
        require(actor, row.permission)
        if content_hash(revision.content) != revision.content_hash:
            raise Conflict(_("The stored content is not what its hash says."), code="content-differs")
        authorization.check(revision.content_hash, record=RecordRef.to(revision), authors=authors_of(revision))
        revision.state, revision.approved_at = row.target, this.at
        revision.approval_label = authorization.change.label
        revision.approval_id = authorization.change.id
        revision.approval_number = authorization.change.number
        revision.save()
        this.relate(revision.item, authorization.change)
        this.publish(BomRevisionApproved(revision_id=revision.pk, item_id=revision.item_id, number=revision.number))
    return revision


def retire_revision(*, actor: Actor, revision_id: int, reason: str) -> BomRevision:
    """Take an approved revision out of use for good, with a reason."""
    with act(actor=actor, verb="bom.revision.retired", reason=reason) as this:
        revision: BomRevision = BomRevision.objects.select_for_update().get(pk=revision_id)
        this.about(revision)
        row = states.REVISION.next(revision.state, "retire", reason=reason)
        require(actor, row.permission)
        revision.state = row.target
        revision.save()
    return revision
