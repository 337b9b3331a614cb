"""Gauges found out of tolerance: each batch they measured is judged."""

from __future__ import annotations

from datetime import datetime
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
from foundation.accounts.scope import visible_rows
from foundation.accounts.web import actor_of, credentials_of
from foundation.core.canonical import content_hash
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import Attempt, attempt, show
from foundation.core.web.lists import Column, Empty, ListPage
from foundation.records.manifest import SIGNED
from foundation.records.selectors import ledger_of, signature_validity
from quality import selectors, services
from quality.models import GaugeAssessment, Nonconformance
from quality.selectors import assessment_content, attach_assessment_signatures
from quality.views.inspections import VIEW


@login_required
@require_safe
def assessment_list(request: HttpRequest) -> HttpResponse:
    """Every batch that a gauge out of tolerance measured, newest first."""
    require(actor_of(request), VIEW)
    return ListPage(
        title=_("Gauge assessments"),
        rows=visible_rows(selectors.assessments(), actor_of(request)),
        sort="-number",
        file_name="gauge-assessments",
        columns=(
            Column(
                "number",
                _("Assessment"),
                kind="code",
                sort="number",
                link=lambda row: reverse("quality:assessment", args=[row.number]),
            ),
            Column("gauge", _("Gauge"), kind="code", value="calibration.equipment.code"),
            Column("certificate", _("Certificate"), kind="code", value="calibration.certificate"),
            Column("subject_number", _("Batch"), kind="code", sort="subject_number"),
            Column("order_number", _("Order"), kind="code", sort="order_number"),
            Column("readings", _("Readings"), value=lambda row: len(row.readings)),
            Column("opened_at", _("When"), kind="moment", sort="opened_at"),
            Column("due_on", _("Due"), kind="day", sort="due_on"),
            Column("state", _("State"), kind="state", sort="state"),
            SIGNED,
        ),
        prepare=attach_assessment_signatures,
        search=("number", "subject_number", "order_number", "calibration__equipment__code"),
        empty=Empty(
            _("No gauge was found out of tolerance"),
            _("When a calibration finds one, every batch that it measured since it was last good appears here."),
        ),
        row_tone=lambda row: "hold" if row.state == "open" else "",
    ).render(request)


@login_required
@require_safe
def assessment_by_id(request: HttpRequest, pk: int) -> HttpResponse:
    """From a reference, which knows the id, to the page, which is known by its number."""
    actor = actor_of(request)
    require(actor, VIEW)
    rows = GaugeAssessment.objects.visible_to(actor)
    return redirect("quality:assessment", get_object_or_404(rows, pk=pk).number)


@login_required
@require_safe
def assessment_detail(request: HttpRequest, number: str) -> HttpResponse:
    """One batch: the calibration that failed, every reading in doubt, the judgement."""
    require(actor_of(request), VIEW)
    return _page(request, number)


@sensitive_post_parameters("secret", "factor")
@login_required
@require_POST
def assessment_decide(request: HttpRequest, number: str) -> HttpResponse:
    """Affected or not, signed, with the reason."""
    found = _found(request, number)
    with attempt() as tried:
        services.decide_assessment(
            actor=actor_of(request),
            assessment_id=found.pk,
            affected=request.POST.get("affected") != "no",
            reason=request.POST.get("reason", ""),
            credentials=credentials_of(request),
        )
    if tried.done:
        messages.success(request, _("The judgement of %(number)s is signed.") % {"number": number})
        return redirect("quality:assessment", number)
    return _page(request, number, tried)


def _found(request: HttpRequest, number: str) -> GaugeAssessment:
    found: GaugeAssessment = get_object_or_404(visible_rows(selectors.assessments(), actor_of(request)), number=number)
    return found


def _page(request: HttpRequest, number: str, tried: Attempt | None = None) -> HttpResponse:
    found = _found(request, number)
    ref = RecordRef.to(found)
    context = {
        "assessment": found,
        "calibration": found.calibration,
        "readings": [{**row, "when": datetime.fromisoformat(row["at"])} for row in found.readings],
        "made": Nonconformance.objects.filter(description__startswith=f"{found.number}:").order_by("pk"),
        "timeline": ledger_of(ref)[:50],
        "shown": SimpleLazyObject(lambda: content_hash(assessment_content(found))),
        "signatures": [_manifest(found)] if found.signature else [],
    }
    return show(request, "quality/assessment.html", context, tried=tried)


def _manifest(found: GaugeAssessment) -> dict[str, Any]:
    """The signature with what it is worth now (21 CFR 11.70)."""
    validity = signature_validity(found.signature, RecordRef.to(found), assessment_content(found))
    return {"signature": found.signature, "validity": validity}
