"""What the steps of an import share."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.models import Job, JobState
from foundation.core.web.attempts import show
from foundation.imports.models import ImportBatch
from foundation.imports.services import job_of
from foundation.imports.states import STAGE, BatchState

PLACES = {BatchState.READING: 1, BatchState.UNREADABLE: 1, BatchState.REVIEWING: 2, BatchState.COMMITTING: 3}


def batch_of(pk: int) -> ImportBatch:
    found: ImportBatch = get_object_or_404(ImportBatch.objects.select_related("original__file"), pk=pk)
    return found


def steps_of(current: int, batch: ImportBatch | None = None) -> list[dict[str, Any]]:
    """Upload, map, review, commit: where we are."""
    titles = (_("Upload"), _("Map columns"), _("Review rows"), _("Preview and commit"))
    urls = [""] * 4
    if batch is not None:
        urls = ["", *(reverse(f"imports:{name}", args=[batch.pk]) for name in ("map", "review", "preview"))]
    return [
        {
            "title": title,
            "state": "done" if place < current else "current" if place == current else "todo",
            "url": urls[place],
        }
        for place, title in enumerate(titles)
    ]


def working(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """While the worker reads, reviews or commits a large file: how far it is; or why the file cannot be read."""
    context = {
        "batch": batch,
        "steps": steps_of(PLACES[BatchState(batch.state)], batch),
        "abandon_url": reverse("imports:abandon", args=[batch.pk]),
        **progress_of(batch),
    }
    return show(request, "imports/working.html", context)


def progress_of(batch: ImportBatch, *, refresh: bool = True) -> dict[str, Any]:
    """The newest job of the batch, for the progress component. ``refresh``: load the page again when it is done."""
    job = job_of(batch)
    if job is None:
        return {"job": None}
    address = reverse("imports:progress", args=[batch.pk, job.pk])
    return {"job": job, "poll_url": address if refresh else f"{address}?stay=1"}


@login_required
@require_safe
def progress(request: HttpRequest, pk: int, job_id: int) -> HttpResponse:
    """How far the worker is. When it is done the page is loaded again, unless somebody types into it (``stay``)."""
    require(actor_of(request), STAGE)
    batch = batch_of(pk)
    job = get_object_or_404(Job, pk=job_id, payload__batch=batch.pk)
    stays = "stay" in request.GET
    context: dict[str, Any] = {"job": job, "poll_url": request.get_full_path()}
    if job.state == JobState.DONE and stays:
        context |= {"done_url": reverse("imports:review", args=[pk]), "done_label": _("Look at the rows again")}
    response = render(request, "components/progress.html", context)
    if job.state == JobState.DONE and not stays:
        response["HX-Refresh"] = "true"
    return response
