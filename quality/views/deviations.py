"""Departures from the process, and what quality decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of, credentials_of
from foundation.core.canonical import content_hash
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import Attempt, attempt, show
from foundation.core.web.lists import Column, Empty, ListPage
from foundation.records.manifest import SIGNED
from foundation.records.selectors import ledger_of, signature_validity
from quality import services
from quality.models import Deviation
from quality.selectors import attach_deviation_signatures, deviation_content
from quality.views.inspections import VIEW


@login_required
@require_safe
def deviation_list(request: HttpRequest) -> HttpResponse:
    """Every deviation, newest first."""
    actor = actor_of(request)
    require(actor, VIEW)
    return ListPage(
        title=_("Deviations"),
        rows=Deviation.objects.visible_to(actor).select_related("lot", "signature"),
        sort="-number",
        file_name="deviations",
        columns=(
            Column(
                "number",
                _("Deviation"),
                kind="code",
                sort="number",
                link=lambda row: reverse("quality:deviation", args=[row.number]),
            ),
            Column("source", _("From"), value="get_source_display", sort="source"),
            Column("subject_number", _("About"), kind="code", sort="subject_number"),
            Column("order_number", _("Order"), kind="code", sort="order_number"),
            Column("description", _("What happened"), kind="words"),
            Column("raised_by_name", _("Raised by"), sort="raised_by_name"),
            Column("raised_at", _("When"), kind="moment", sort="raised_at"),
            Column("state", _("State"), kind="state", sort="state"),
            SIGNED,
        ),
        prepare=attach_deviation_signatures,
        search=("number", "subject_number", "order_number", "description"),
        empty=Empty(_("No deviations"), _("What is reported from the floor appears here.")),
        row_tone=lambda row: "hold" if row.state == "open" else "",
    ).render(request)


@login_required
@require_safe
def deviation_by_id(request: HttpRequest, pk: int) -> HttpResponse:
    """From a reference, which knows the id, to the page, which is known by its number."""
    actor = actor_of(request)
    require(actor, VIEW)
    return redirect("quality:deviation", get_object_or_404(Deviation.objects.visible_to(actor), pk=pk).number)


@login_required
@require_safe
def deviation_detail(request: HttpRequest, number: str) -> HttpResponse:
    """One deviation: what happened, what it contains, the decision."""
    require(actor_of(request), VIEW)
    return _page(request, number)


@sensitive_post_parameters("secret", "factor")
@login_required
@require_POST
def deviation_decide(request: HttpRequest, number: str) -> HttpResponse:
    """Accept or reject, signed, with words."""
    found = _found(request, number)
    with attempt() as tried:
        services.decide_deviation(
            actor=actor_of(request),
            deviation_id=found.pk,
            accepted=request.POST.get("accepted") == "yes",
            decision=request.POST.get("reason", ""),
            credentials=credentials_of(request),
        )
    if tried.done:
        messages.success(request, _("The decision on %(number)s is signed.") % {"number": number})
        return redirect("quality:deviation", number)
    return _page(request, number, tried)


@login_required
@require_POST
def deviation_close(request: HttpRequest, number: str) -> HttpResponse:
    """Nothing more follows from it."""
    services.close_deviation(
        actor=actor_of(request), deviation_id=_found(request, number).pk, reason=request.POST.get("reason", "")
    )
    messages.success(request, _("%(number)s is closed.") % {"number": number})
    return redirect("quality:deviation", number)


def _found(request: HttpRequest, number: str) -> Deviation:
    rows = Deviation.objects.visible_to(actor_of(request)).select_related("lot", "decided_by", "signature")
    found: Deviation = get_object_or_404(rows, number=number)
    return found


def _page(request: HttpRequest, number: str, tried: Attempt | None = None) -> HttpResponse:
    found = _found(request, number)
    context = {
        "deviation": found,
        "timeline": ledger_of(RecordRef.to(found))[:50],
        "shown": SimpleLazyObject(lambda: content_hash(deviation_content(found))),
        "signatures": [_manifest(found)] if found.signature else [],
    }
    return show(request, "quality/deviation.html", context, tried=tried)


def _manifest(found: Deviation) -> dict[str, Any]:
    """The signature with what it is worth now (21 CFR 11.70)."""
    validity = signature_validity(found.signature, RecordRef.to(found), deviation_content(found))
    return {"signature": found.signature, "validity": validity}
