"""The process card on paper: the same content, hash and signatures as on screen."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core import clock
from foundation.files.web import download
from routing import printing
from routing.models import ProcessCard, RoutingRevision
from routing.policies import VIEW

PDF = "application/pdf"


@login_required
@require_safe
def card_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """PDF/A with the card's JSON inside; in the reader's language first, both languages on the page."""
    require(actor_of(request), VIEW)
    card = get_object_or_404(ProcessCard, pk=pk)
    return download(printing.card_pdf(card), name=f"{card.number}.pdf", media_type=PDF, inline=True)


@login_required
@require_safe
def draft_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The card that this revision would publish, marked as a draft on every page."""
    require(actor_of(request), VIEW)
    revision = get_object_or_404(RoutingRevision.objects.select_related("item", "bom_revision__item"), pk=pk)
    name = f"{revision.number.replace('/', '-')}-draft.pdf"
    return download(printing.draft_pdf(revision, clock.now()), name=name, media_type=PDF, inline=True)
