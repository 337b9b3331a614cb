"""A process card as PDF/A: the definition in both languages, with its JSON inside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from foundation.core.canonical import canonical_json
from foundation.printing import symbols
from foundation.printing.typesetting import render_pdf
from foundation.records.models import Signature
from routing.models import ProcessCard, RoutingRevision
from routing.selectors import card_content, card_hash

DRAFT_MARK = "DRAFT 草稿"


def card_pdf(card: ProcessCard) -> bytes:
    """The published card; the same bytes each time for one language."""
    rows = Signature.objects.filter(pk__in=card.signature_ids).order_by("pk")
    head = {
        "number": card.number,
        "revision": card.revision,
        "content_hash": card.content_hash,
        "published_at": card.published_at,
        "change": card.change_number,
    }
    return _pdf(head, card.content, [_signature(row) for row in rows], card.published_at)


def draft_pdf(revision: RoutingRevision, at: datetime) -> bytes:
    """What a revision would publish, marked on every page as not published."""
    head = {
        "number": revision.number,
        "revision": revision.revision,
        "content_hash": card_hash(revision),
        "watermark": DRAFT_MARK,
    }
    return _pdf(head, card_content(revision), [], at)


def _pdf(head: dict[str, Any], content: dict[str, Any], signatures: list[dict[str, Any]], at: datetime) -> bytes:
    data = {
        "document": {"language": get_language() or "en"},
        "card": head,
        "content": content,
        "signatures": signatures,
    }
    return render_pdf(
        "process_card",
        data,
        timestamp=at,
        attachments={f"{head['number'].replace('/', '-')}.json": canonical_json(content)},
        pictures={"symbol.svg": symbols.text_svg(head["number"])},
    )


def _signature(row: Signature) -> dict[str, Any]:
    return {
        "printed_name": row.printed_name,
        "role": row.role,
        "meaning": row.meaning,
        "signed_at": row.signed_at,
        "time_zone": row.time_zone,
        "content_hash": row.content_hash,
    }
