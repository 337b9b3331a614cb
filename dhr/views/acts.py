"""The acts on a record: each parses, calls one service, and goes back to the record."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from dhr import services
from dhr.forms import ReleaseForm
from dhr.models import DeviceHistoryRecord
from dhr.states import RECORD_STATES
from dhr.views.pages import overview
from foundation.accounts.policies import require
from foundation.accounts.web import actor_of, credentials_of
from foundation.core.errors import NotValid
from foundation.core.web.attempts import attempt
from resources.inventory.models import Place


@sensitive_post_parameters("secret", "factor")
@login_required
@require_POST
def record_review(request: HttpRequest, number: str) -> HttpResponse:
    record = get_object_or_404(DeviceHistoryRecord.objects.visible_to(actor_of(request)), number=number)
    with attempt() as tried:
        services.review_record(
            actor=actor_of(request),
            record_id=record.pk,
            credentials=credentials_of(request),
            note=request.POST.get("reason", ""),
        )
    if not tried.done:
        return overview(request, number, tried)
    messages.success(request, _("The review of %(number)s is signed.") % {"number": number})
    return redirect("dhr:record", number)


@login_required
@require_POST
def record_reopen(request: HttpRequest, number: str) -> HttpResponse:
    record = get_object_or_404(DeviceHistoryRecord.objects.visible_to(actor_of(request)), number=number)
    services.reopen_record(actor=actor_of(request), record_id=record.pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("%(number)s is sent back.") % {"number": number})
    return redirect("dhr:record", number)


@sensitive_post_parameters("secret", "factor")
@login_required
@require_POST
def record_release(request: HttpRequest, number: str) -> HttpResponse:
    """All that can be released, or the ticked containers only."""
    record = get_object_or_404(DeviceHistoryRecord.objects.visible_to(actor_of(request)), number=number)
    ticked = [int(value) for value in request.POST.getlist("stock_unit") if value.isdigit()]
    with attempt() as tried:
        require(actor_of(request), RECORD_STATES.permission("release"), record.batch.order.site_id)  # before any form
        form = ReleaseForm(request.POST, places=Place.objects.visible_to(actor_of(request)))
        if not form.is_valid():
            raise NotValid(_("Choose a place that is offered."), field="place")
        release = services.release_record(
            actor=actor_of(request),
            record_id=record.pk,
            credentials=credentials_of(request),
            stock_unit_ids=ticked or None,
            place=form.cleaned_data["place"],
            note=request.POST.get("reason", ""),
        )
    if not tried.done:
        return overview(request, number, tried)
    text = _("%(quantity)s %(unit)s of %(number)s are released.")
    messages.success(
        request, text % {"quantity": f"{release.quantity.normalize():f}", "unit": release.unit, "number": number}
    )
    return redirect("dhr:record", number)


@login_required
@require_POST
def record_addendum(request: HttpRequest, number: str) -> HttpResponse:
    record = get_object_or_404(DeviceHistoryRecord.objects.visible_to(actor_of(request)), number=number)
    services.add_addendum(actor=actor_of(request), record_id=record.pk, text=request.POST.get("reason", ""))
    messages.success(request, _("The addendum is kept."))
    return redirect("dhr:record", number)
