"""What approvers sign: the whole content of a change, and beside it each revision's own content."""

from __future__ import annotations

from typing import Any

from bom.selectors import bom_content
from changecontrol.models import AffectedThing, ChangeRequest
from foundation.core.canonical import content_hash
from foundation.core.refs import RecordRef
from foundation.records.services import ToSign
from routing.models import ProcessCard, RoutingRevision
from routing.selectors import card_content

SCHEMA = "change-request/1"


def affected_of(change: ChangeRequest) -> list[AffectedThing]:
    """What it carries, BOM revisions first: a card is published on an approved BOM."""
    rows = change.affected.select_related(
        "routing_revision__item", "routing_revision__bom_revision__item", "bom_revision__item"
    )
    return sorted(rows, key=lambda row: (row.is_routing, row.revision.number))


def change_content(change: ChangeRequest) -> dict[str, Any]:
    """The canonical content of a change: reason, plan, revisions with their hashes, impact as judged, choice per order.

    Nothing in it moves after submission (not the state, not who signed), so a signature stays valid until somebody
    changes what was signed. ISO 13485 7.3.9, 21 CFR 820.30(i).
    """
    return {
        "schema": SCHEMA,
        "number": change.number,
        "round": change.round,
        "title": change.title,
        "kind": change.kind,
        "severity": change.severity,
        "reason": change.reason,
        "plan": {
            "scope": change.planned_scope,
            "orders": sorted(change.planned_orders),
            "from": change.planned_from,
            "later_orders": change.later_orders,
        },
        "affected": [
            {"record": RecordRef.to(row.revision).as_json(), "content_hash": row.content_hash}
            for row in affected_of(change)
        ],
        "impact": [
            {
                "kind": entry.kind,
                "source": entry.source,
                "subject": entry.subject_number,
                "text": entry.text,
                "decision": entry.decision,
                "reason": entry.reason,
            }
            for entry in change.impact.order_by("pk")
        ],
        "orders": [
            {"order": row.order_number, "card": row.card_number, "choice": row.choice, "reason": row.reason}
            for row in change.order_decisions.filter(by_default=False).order_by("order_number")
        ],
    }


def revision_content(affected: AffectedThing) -> dict[str, Any]:
    """The content of a carried revision: the process card that it published or would publish, or the parts list."""
    revision = affected.revision
    if not isinstance(revision, RoutingRevision):
        return bom_content(revision)
    card = ProcessCard.objects.filter(routing_revision=revision).first()
    return card.content if card is not None else card_content(revision)


def subjects_of(change: ChangeRequest) -> list[ToSign]:
    """What one signature act covers: the change and each revision, with the content that is shown."""
    subjects = [ToSign(RecordRef.to(change), change_content(change), version=str(change.round))]
    for row in affected_of(change):
        revision = row.revision
        subjects.append(ToSign(RecordRef.to(revision), revision_content(row), version=revision.revision))
    return subjects


def changed_since_submission(change: ChangeRequest, subjects: list[ToSign]) -> list[str]:
    """Numbers of those whose content is no longer what was submitted."""
    submitted = {RecordRef.to(change): change.content_hash} | {
        RecordRef.to(row.revision): row.content_hash for row in affected_of(change)
    }
    return [
        subject.record.number for subject in subjects if submitted.get(subject.record) != content_hash(subject.content)
    ]
