"""Process cards: read only."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.canonical import content_hash
from foundation.core.refs import RecordRef
from foundation.records.models import Signature
from foundation.records.selectors import CHANGED, VALID, ledger_of
from routing.models import ProcessCard
from routing.policies import VIEW


@login_required
@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    require(actor_of(request), VIEW)
    found = get_object_or_404(
        ProcessCard.objects.select_related("item", "routing_revision__bom_revision", "published_by"), pk=pk
    )
    # what is shown is hashed again, so that the seal on the page is a fact and not a label
    intact = content_hash(found.content) == found.content_hash
    signatures = [
        {"signature": row, "validity": VALID if row.content_hash == found.content_hash and intact else CHANGED}
        for row in Signature.objects.filter(pk__in=found.signature_ids).order_by("pk")
    ]
    revision = found.routing_revision
    context = {
        "card": found,
        "content": found.content,
        "content_hash": found.content_hash,
        "intact": intact,
        "pdf_url": reverse("routing:card-pdf", args=[found.pk]),
        "signatures": signatures,
        "links": [
            {"kind": _("Routing"), "title": revision.number, "url": reverse("routing:editor", args=[revision.pk])},
            {
                "kind": _("BOM"),
                "title": revision.bom_revision.number,
                "url": reverse("bom:revision", args=[revision.bom_revision_id]),
            },
        ],
        "timeline": ledger_of(RecordRef.to(found), RecordRef.to(revision))[:20],
    }
    return render(request, "routing/card.html", context)
