"""The process card on paper: the same content, hash and signatures as on screen."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.canonical import canonical_json
from foundation.files.web import download
from foundation.printing.symbols import text_svg
from foundation.printing.typesetting import render_pdf
from foundation.records.models import Signature
from routing.models import ProcessCard
from routing.policies import VIEW


@login_required
@require_safe
def card_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """PDF/A with the card's JSON inside; in the reader's language first, both languages on the page."""
    require(actor_of(request), VIEW)
    card = get_object_or_404(ProcessCard, pk=pk)
    pdf = render_pdf(
        "process_card",
        _data(card, get_language() or "en"),
        pictures={"symbol.svg": text_svg(card.number)},
        attachments={f"{card.number}.json": canonical_json(card.content)},
        timestamp=card.published_at,
    )
    return download(pdf, name=f"{card.number}.pdf", media_type="application/pdf", inline=True)


def _data(card: ProcessCard, language: str) -> dict[str, Any]:
    """docs/domain/print-data.md, ``process_card``."""
    return {
        "document": {"language": language},
        "card": {
            "number": card.number,
            "revision": card.revision,
            "content_hash": card.content_hash,
            "published_at": card.published_at,
            "change": card.change_number,
        },
        "content": card.content,
        "signatures": [
            {
                "printed_name": row.printed_name,
                "role": row.role,
                "meaning": row.meaning,
                "signed_at": row.signed_at,
                "time_zone": row.time_zone,
                "content_hash": row.content_hash,
            }
            for row in Signature.objects.filter(pk__in=card.signature_ids).order_by("pk")
        ],
    }
