"""The inbox: what is addressed to me, and “I have seen it”."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.web import actor_of
from foundation.alerts import services
from foundation.alerts.models import Alert
from foundation.alerts.selectors import inbox_of

PER_PAGE = 50


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Open alerts of this person and of the roles held; ``?all=1`` shows the answered ones too."""
    everything = request.GET.get("all") == "1"
    rows = inbox_of(actor_of(request), include_acknowledged=everything)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "alerts/inbox.html", {"page": page, "everything": everything})


@login_required
@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer one alert; others see who did."""
    alert = get_object_or_404(Alert, pk=pk)
    services.acknowledge_alert(actor=actor_of(request), alert_id=alert.pk, note=request.POST.get("reason", ""))
    messages.success(request, _("Acknowledged."))
    return redirect("alerts:inbox")
