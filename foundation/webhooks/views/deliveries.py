"""What an endpoint was told, and what it answered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.policies import may_about
from foundation.accounts.web import actor_of
from foundation.core.web.lists import Column, Empty, ListPage
from foundation.webhooks import selectors, services
from foundation.webhooks.filters import DeliveryFilter
from foundation.webhooks.models import Endpoint
from foundation.webhooks.states import DELIVERY_STATES, MANAGE, EndpointState

WORDS = dict(DELIVERY_STATES)


def _word(row: Any) -> Any:
    return WORDS.get(row.state, row.state)


@login_required
@require_safe
def delivery_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that this endpoint was told, the newest first."""
    actor = actor_of(request)
    endpoint = get_object_or_404(Endpoint.objects.visible_to(actor), pk=pk)
    return ListPage(
        title=_("Deliveries to %(name)s") % {"name": endpoint.name},
        rows=selectors.visible_deliveries(actor).filter(endpoint=endpoint),
        sort="-id",
        file_name="webhook-deliveries",
        count_most=10_000,
        columns=(
            Column("message", _("Message"), kind="code", link=lambda row: reverse("webhooks:delivery", args=[row.pk])),
            Column("event", _("Event"), kind="code", sort="event"),
            Column("state", _("State"), kind="state", label=_word),
            Column("subject_number", _("About"), kind="code", sort="subject_number"),
            Column("tried", _("Attempts"), kind="number"),
            Column("last_status", _("Answer"), kind="number"),
            Column("occurred_at", _("Happened"), kind="moment", sort="occurred_at"),
            Column("next_at", _("Next attempt"), kind="moment"),
        ),
        search=("message", "subject_number"),
        filters=DeliveryFilter,
        empty=Empty(_("Nothing was sent yet"), _("Send a test, or wait until something happens.")),
    ).render(request)


@login_required
@require_safe
def delivery_record(request: HttpRequest, pk: int) -> HttpResponse:
    """One message: its body as it is sent, and every attempt with its answer."""
    actor = actor_of(request)
    delivery: Any = get_object_or_404(selectors.visible_deliveries(actor), pk=pk)
    manages = bool(may_about(actor, MANAGE, delivery.endpoint))
    context = {
        "delivery": delivery,
        "word": _word(delivery),
        "attempts": delivery.attempts.order_by("-number"),
        "may_redeliver": manages and delivery.endpoint.state == EndpointState.ACTIVE,
    }
    return render(request, "webhooks/delivery.html", context)


@login_required
@require_POST
def delivery_redeliver(request: HttpRequest, pk: int) -> HttpResponse:
    """Once more, with the same id."""
    services.redeliver(actor=actor_of(request), delivery_id=pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("It is sent again."))
    return redirect("webhooks:delivery", pk)
