"""The one way a process card comes to be."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.core.errors import TransitionNotAllowed
from foundation.core.numbering import next_number
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.records.models import RevisionState
from routing.authorization import PublicationAuthorization
from routing.events import ProcessCardPublished
from routing.models import ProcessCard, RoutingRevision
from routing.selectors.authors import authors_of
from routing.selectors.content import card_content
from routing.services.revisions import moving


def publish_process_card(
    *, actor: Actor, routing_revision_id: int, authorization: PublicationAuthorization
) -> ProcessCard:
    """Publish the snapshot of BOM, routing and parameters as an immutable process card; the revision becomes approved.

    PermissionDenied (``not-authorized``) unless two different people, none of them an author of the routing, signed
    exactly this content (ISO 13485 4.2.4; 21 CFR 820.40). TransitionNotAllowed when the revision is not in review or its
    BOM revision is not approved. Publishing says nothing of when the card becomes effective: that is the change's.
    """
    with act(actor=actor, verb="routing.process_card.published") as this:
        revision = moving(this, actor, routing_revision_id, "publish")
        if revision.bom_revision.state != RevisionState.APPROVED:
            raise TransitionNotAllowed(
                _("%(bom)s is not approved: a card is published on an approved BOM.")
                % {"bom": revision.bom_revision.number},
                code="bom-not-approved",
            )
        content = card_content(revision)
        digest = content_hash(content)
        signatures = authorization.check(digest, record=RecordRef.to(revision), authors=authors_of(revision))
        revision.content_hash = digest
        revision.save()
        card = _card(actor, revision, content, digest, [row.pk for row in signatures], authorization.change)
        card.published_at = this.at
        card.save()
        this.relate(card, authorization.change)
        this.note(card=card.number, content_hash=digest, signatures=card.signature_ids)
        this.publish(_event(card, revision))
    return card


def _card(
    actor: Actor,
    revision: RoutingRevision,
    content: dict[str, object],
    digest: str,
    signature_ids: list[int],
    change: RecordRef,
) -> ProcessCard:
    return ProcessCard(
        number=next_number("process-card", prefix="PC"),
        item=revision.item,
        routing_revision=revision,
        revision=revision.revision,
        variant=revision.variant,
        purpose=revision.purpose,
        content=content,
        content_hash=digest,
        signature_ids=signature_ids,
        published_by_id=actor.user_id,
        change_label=change.label,
        change_id=change.id,
        change_number=change.number,
    )


def _event(card: ProcessCard, revision: RoutingRevision) -> ProcessCardPublished:
    return ProcessCardPublished(
        card_id=card.pk,
        card_number=card.number,
        item_id=card.item_id,
        item_number=revision.item.number,
        variant=card.variant,
        purpose=card.purpose,
        revision=card.revision,
        content_hash=card.content_hash,
        change_number=card.change_number,
    )
