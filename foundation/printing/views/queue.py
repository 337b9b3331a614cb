"""The print queue at the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.web.attempts import attempt, show
from foundation.core.web.lists import Column, Empty, ListPage
from foundation.printing import selectors, services
from foundation.printing.catalogue import CATALOGUE
from foundation.printing.forms import ReprintForm
from foundation.printing.models import PrintJob


def _title(job: PrintJob) -> Any:
    return CATALOGUE[job.template].title if job.template in CATALOGUE else job.template


@login_required
@require_safe
def print_list(request: HttpRequest) -> HttpResponse:
    """Every print that was asked for, the newest first."""
    actor = actor_of(request)
    require(actor, "printing.view_label")
    return ListPage(
        title=_("Labels and prints"),
        rows=selectors.visible_prints(actor),
        sort="-number",
        file_name="prints",
        columns=(
            Column(
                "number",
                _("Print"),
                kind="code",
                sort="number",
                link=lambda job: reverse("printing:print", args=[job.number]),
            ),
            Column("template", _("Label"), value=_title, sort="template"),
            Column("subject_number", _("For"), kind="code", sort="subject_number"),
            Column("copies", _("Copies"), kind="number"),
            Column("requested_by_name", _("Asked by"), sort="requested_by_name"),
            Column("station", _("Station"), sort="station"),
            Column("requested_at", _("When"), kind="moment", sort="requested_at"),
            Column("reason", _("Reason of a reprint")),
        ),
        search=("number", "subject_number", "requested_by_name"),
        empty=Empty(_("Nothing was printed yet"), _("Labels appear here when material is received and orders start.")),
    ).render(request)


@login_required
@require_safe
def print_detail(request: HttpRequest, number: str) -> HttpResponse:
    """One print: its picture, how far it is, and the other prints of the same record."""
    actor = actor_of(request)
    require(actor, "printing.view_label")
    job = get_object_or_404(selectors.visible_prints(actor).select_related("first_print"), number=number)
    others = [found for found in selectors.prints_of(job.subject)[:50] if found.template == job.template]
    [queued] = selectors.with_states([job])
    context = {"print": job, "queued": queued, "title": _title(job), "others": others}
    return render(request, "printing/print.html", context)


@login_required
def print_reprint(request: HttpRequest, number: str) -> HttpResponse:
    """Print again, with the reason."""
    actor = actor_of(request)
    require(actor, "printing.print_label")
    job = get_object_or_404(selectors.visible_prints(actor), number=number)
    form, tried = ReprintForm(request.POST or None), None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            again = services.reprint_label(
                actor=actor, number=job.number, reason=form.cleaned_data["reason"], copies=form.cleaned_data["copies"]
            )
        if tried.done:
            messages.success(request, _("In the queue as %(number)s.") % {"number": again.number})
            return redirect("printing:print", again.number)
    context = {
        "title": _("Print %(number)s again") % {"number": job.number},
        "cancel_url": reverse("printing:print", args=[job.number]),
        "print": job,
    }
    return show(request, "printing/reprint.html", context, tried=tried, form=form)
