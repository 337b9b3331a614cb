"""A print as a file: for the printer, and for the eye."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.files.web import download
from foundation.printing.rendering import pdf_of, png_of
from foundation.printing.selectors import visible_prints


@require_safe
def print_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The PDF, made again from the kept data: the same bytes each time."""
    require(actor_of(request), "printing.view_label")
    job = get_object_or_404(visible_prints(actor_of(request)), number=number)
    return download(pdf_of(job), name=f"{job.number}.pdf", media_type="application/pdf", inline=True)


@require_safe
def print_png(request: HttpRequest, number: str) -> HttpResponse:
    """The first page as a picture."""
    require(actor_of(request), "printing.view_label")
    job = get_object_or_404(visible_prints(actor_of(request)), number=number)
    return download(png_of(job), name=f"{job.number}.png", media_type="image/png", inline=True)
