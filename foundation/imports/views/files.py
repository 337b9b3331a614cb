"""Take a file in, say how it is read and which column is what."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.web.attempts import attempt, show
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.imports.forms import MappingForm, ReadAgainForm, UploadForm
from foundation.imports.models import ImportBatch
from foundation.imports.services import abandon_batch, map_columns, reread_batch, stage_file
from foundation.imports.states import STAGE, BatchState
from foundation.imports.views.common import PLACES, batch_of, steps_of, working


def _address(batch: ImportBatch) -> str:
    pages = {"map": ("staged", "reading", "unreadable"), "review": ("in_review", "reviewing")}
    name = next((page for page, states in pages.items() if batch.state in states), "preview")
    return reverse(f"imports:{name}", args=[batch.pk])


COLUMNS = (
    Column("number", gettext_lazy("Import"), kind="code", sort="number", link=_address),
    Column("name", gettext_lazy("File"), value="original.name"),
    Column("state", gettext_lazy("State"), kind="state", sort="state"),
    Column("row_count", gettext_lazy("Rows"), kind="number", sort="row_count"),
    Column("open_count", gettext_lazy("Still open"), kind="number"),
    Column("staged_by", gettext_lazy("By"), sort="staged_by"),
    Column("staged_at", gettext_lazy("At"), kind="moment", sort="staged_at"),
)


@login_required
def batch_list(request: HttpRequest) -> HttpResponse:
    require(actor_of(request), STAGE)
    start = Action(_("Import a file"), reverse("imports:upload"), icon_name="file-import", permission=STAGE)
    return ListPage(
        title=_("Imports"),
        rows=ImportBatch.objects.select_related("original"),
        columns=COLUMNS,
        sort="-number",
        search=("number", "original__name", "staged_by"),
        actions=(start,),
        empty=Empty(_("Nothing was imported yet"), _("Upload a parts list as CSV or XLSX."), start),
        file_name="imports",
    ).render(request)


@login_required
def upload(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, STAGE)
    form = UploadForm(request.POST or None, request.FILES or None)
    tried = None
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        with attempt(form) as tried:
            batch = stage_file(
                actor=actor,
                schema=form.cleaned_data["schema"],
                content=file.read(),
                name=file.name,
                origin=form.cleaned_data["origin"],
            )
        if tried.done:
            return redirect("imports:map", batch.pk)
    context = {"title": _("Import a parts list"), "steps": steps_of(0), "cancel_url": reverse("imports:batch-list")}
    return show(request, "imports/upload.html", context, tried=tried, form=form)


@login_required
def map_batch(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    require(actor, STAGE)
    batch = batch_of(pk)
    if batch.state in PLACES:
        return working(request, batch)
    examples = list(batch.rows.filter(kind="file").order_by("sequence").values_list("raw", flat=True)[:20])
    form = MappingForm(request.POST or None, batch=batch, examples=examples)
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            map_columns(actor=actor, batch_id=pk, mapping=form.mapping(), save_as=form.cleaned_data["save_as"])
        if tried.done:
            return redirect("imports:review", pk)
    context = {
        "title": _("Which column is what?"),
        "batch": batch,
        "steps": steps_of(1, batch),
        "examples": examples[:5],
        "again": ReadAgainForm(batch=batch, initial={"header_row": batch.header_row, "sheet": batch.sheet}),
        "cancel_url": reverse("imports:batch-list"),
    }
    return show(request, "imports/map.html", context, tried=tried, form=form)


@login_required
@require_POST
def read_again(request: HttpRequest, pk: int) -> HttpResponse:
    form = ReadAgainForm(request.POST, batch=batch_of(pk))
    if form.is_valid():
        reread_batch(actor=actor_of(request), batch_id=pk, **form.cleaned_data)
        if batch_of(pk).state != BatchState.READING:
            messages.success(request, _("The file was read again."))
    return redirect("imports:map", pk)


@login_required
@require_POST
def batch_abandon(request: HttpRequest, pk: int) -> HttpResponse:
    abandon_batch(actor=actor_of(request), batch_id=pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("The import was abandoned. Its file is kept."))
    return redirect("imports:batch-list")
