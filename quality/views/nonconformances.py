"""Nonconforming product: contained, explained, decided, carried out, closed."""

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
from foundation.core.errors import NotValid
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import Attempt, attempt, show
from foundation.core.web.lists import Column, Empty, ListPage
from foundation.records.manifest import SIGNED
from foundation.records.selectors import ledger_of, signature_validity
from quality import services
from quality.forms import CauseForm, DispositionForm
from quality.models import Disposition, Nonconformance
from quality.selectors import attach_nonconformance_signatures, disposition_content, nonconformance_shown
from quality.services.dispositions import Choice
from quality.states import NONCONFORMANCE
from quality.views.inspections import VIEW


@login_required
@require_safe
def nonconformance_list(request: HttpRequest) -> HttpResponse:
    """Every nonconformance, newest first."""
    actor = actor_of(request)
    require(actor, VIEW)
    return ListPage(
        title=_("Nonconformances"),
        rows=Nonconformance.objects.visible_to(actor).select_related("item", "lot"),
        sort="-number",
        file_name="nonconformances",
        columns=(
            Column(
                "number",
                _("Nonconformance"),
                kind="code",
                sort="number",
                link=lambda nc: reverse("quality:nonconformance", args=[nc.number]),
            ),
            Column("item", _("Item"), kind="code", value="item.number", sort="item__number"),
            Column("lot", _("Lot"), kind="code", value="lot.number", sort="lot__number"),
            Column("order_number", _("Order"), kind="code", sort="order_number"),
            Column("quantity", _("Quantity"), kind="quantity", value=lambda nc: (nc.quantity, nc.unit)),
            Column("defect_code", _("Defect"), kind="code", sort="defect_code"),
            Column("description", _("What is wrong"), kind="words"),
            Column("raised_at", _("Raised"), kind="moment", sort="raised_at"),
            Column("state", _("State"), kind="state", sort="state"),
            SIGNED,
        ),
        prepare=attach_nonconformance_signatures,
        search=("number", "item__number", "lot__number", "order_number", "description"),
        empty=Empty(_("No nonconformances"), _("A reading out of limits raises one by itself.")),
        row_tone=lambda nc: "hold" if nc.state == "open" else "",
    ).render(request)


@login_required
@require_safe
def nonconformance_by_id(request: HttpRequest, pk: int) -> HttpResponse:
    """From a reference, which knows the id, to the page, which is known by its number."""
    actor = actor_of(request)
    require(actor, VIEW)
    rows = Nonconformance.objects.visible_to(actor)
    return redirect("quality:nonconformance", get_object_or_404(rows, pk=pk).number)


@login_required
@require_safe
def nonconformance_detail(request: HttpRequest, number: str) -> HttpResponse:
    """One nonconformance: what is held, the cause, what was decided, and what comes next."""
    require(actor_of(request), VIEW)
    return _page(request, number)


@login_required
@require_POST
def nonconformance_cause(request: HttpRequest, number: str) -> HttpResponse:
    """Record cause code and narrative."""
    found, form = _found(request, number), CauseForm(request.POST)
    with attempt(form) as tried:
        if not form.is_valid():
            raise NotValid(_("Cause code and narrative are needed."), field="cause")
        services.record_cause(actor=actor_of(request), nonconformance_id=found.pk, **form.cleaned_data)
    if tried.done:
        messages.success(request, _("The cause of %(number)s is recorded.") % {"number": number})
        return redirect("quality:nonconformance", number)
    return _page(request, number, tried, cause_form=form)


@sensitive_post_parameters("secret", "factor")
@login_required
@require_POST
def nonconformance_decide(request: HttpRequest, number: str) -> HttpResponse:
    """Decide for a quantity, signed."""
    found, form = _found(request, number), DispositionForm(request.POST)
    with attempt(form) as tried:
        if not form.is_valid():
            raise NotValid(_("Disposition, quantity and justification are needed."), field="justification")
        services.decide_disposition(
            actor=actor_of(request),
            nonconformance_id=found.pk,
            choice=Choice(**form.cleaned_data),
            credentials=credentials_of(request),
        )
    if tried.done:
        messages.success(request, _("The disposition is signed."))
        return redirect("quality:nonconformance", number)
    return _page(request, number, tried, decision_form=form)


@login_required
@require_POST
def nonconformance_close(request: HttpRequest, number: str) -> HttpResponse:
    """Close it, when everything is carried out and the cause is known."""
    services.close_nonconformance(actor=actor_of(request), nonconformance_id=_found(request, number).pk)
    messages.success(request, _("%(number)s is closed.") % {"number": number})
    return redirect("quality:nonconformance", number)


@login_required
@require_POST
def disposition_execute(request: HttpRequest, pk: int) -> HttpResponse:
    """It was carried out."""
    actor = actor_of(request)
    rows = Disposition.objects.visible_to(actor).select_related("nonconformance")
    disposition = get_object_or_404(rows, pk=pk)
    services.mark_executed(actor=actor, disposition_id=pk, note=request.POST.get("reason", ""))
    messages.success(request, _("The disposition is carried out."))
    return redirect("quality:nonconformance", disposition.nonconformance.number)


def _found(request: HttpRequest, number: str) -> Nonconformance:
    rows = Nonconformance.objects.visible_to(actor_of(request)).select_related("item", "lot", "stock_unit", "hold")
    found: Nonconformance = get_object_or_404(rows, number=number)
    return found


def _page(
    request: HttpRequest,
    number: str,
    tried: Attempt | None = None,
    *,
    cause_form: CauseForm | None = None,
    decision_form: DispositionForm | None = None,
) -> HttpResponse:
    found = _found(request, number)
    decided = list(found.dispositions.select_related("decided_by", "signature").order_by("pk"))
    left = found.quantity - sum(one.quantity for one in decided)
    refs = [RecordRef.to(found), *(RecordRef.to(one) for one in decided)]
    initial = {"cause_code": found.cause_code, "cause": found.cause}
    context = {
        "nc": found,
        "dispositions": decided,
        "left": left,
        "events": {row.event for row in NONCONFORMANCE.events_from(found.state)},
        "cause_form": cause_form or CauseForm(initial=initial),
        "decision_form": decision_form or DispositionForm(initial={"quantity": left}),
        "timeline": ledger_of(*refs)[:50],
        "shown": SimpleLazyObject(lambda: content_hash(nonconformance_shown(found))),
        "signatures": [_manifest(found, one) for one in decided if one.signature],
    }
    return show(request, "quality/nonconformance.html", context, tried=tried)


def _manifest(found: Nonconformance, one: Disposition) -> dict[str, Any]:
    """The signature with what it is worth now (21 CFR 11.70)."""
    validity = signature_validity(one.signature, RecordRef.to(found), disposition_content(found, one))
    return {"signature": one.signature, "validity": validity}
