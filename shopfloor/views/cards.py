"""The desk: batches, one work card with all its entries, the live board, corrections that quality decides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.policies import require
from foundation.accounts.scope import visible_rows
from foundation.accounts.web import actor_of, credentials_of
from foundation.core import clock
from foundation.core.canonical import content_hash
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import Attempt, attempt, show
from foundation.core.web.lists import Column, Empty, ListPage
from foundation.records.selectors import ledger_of, signature_validity, signatures_of
from quality.models import Deviation, Nonconformance
from shopfloor import services
from shopfloor.content import card_content
from shopfloor.definition import definition_of
from shopfloor.filters import BatchFilter
from shopfloor.models import Correction, ProductionBatch, WorkCard
from shopfloor.selectors import abandoned_values, card_balances, card_view, pending_corrections, station_cards
from shopfloor.services.corrections import correction_content
from shopfloor.signed import signed_of

VIEW = "shopfloor.view_order"


@login_required
@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    """Production batches, newest first."""
    actor = actor_of(request)
    require(actor, VIEW)
    return ListPage(
        title=_("Batches"),
        rows=ProductionBatch.objects.visible_to(actor).select_related("order__item", "lot"),
        sort="-id",
        file_name="batches",
        columns=(
            Column(
                "number", _("Batch"), kind="code", sort="number",
                link=lambda batch: reverse("shopfloor:batch", args=[batch.pk]),
            ),
            Column(
                "order", _("Order"), kind="code", value="order.number",
                link=lambda batch: reverse("shopfloor:order", args=[batch.order_id]),
            ),
            Column("item", _("Item"), kind="code", value="order.item.number"),
            Column("name", _("Name"), kind="localized", value="order.item.name"),
            Column("quantity", _("Quantity"), kind="number"),
            Column(
                "state", _("Order is"), kind="state", value="order.state",
                label=lambda batch: batch.order.get_state_display(),
            ),
        ),
        search=("number", "order__number", "lot__number", "units__lot__serial"),
        filters=BatchFilter,
        empty=Empty(_("No batches yet"), _("A batch is made when an order is dispatched.")),
    ).render(request)  # fmt: skip


@login_required
@require_safe
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """A batch is looked at with its order; its number leads there."""
    actor = actor_of(request)
    require(actor, VIEW)
    found = get_object_or_404(ProductionBatch.objects.visible_to(actor), pk=pk)
    return redirect("shopfloor:order", found.order_id)


@login_required
@require_safe
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """One work card with every entry, balance, gates, signatures and trail."""
    actor = actor_of(request)
    require(actor, VIEW)
    rows = WorkCard.objects.visible_to(actor).select_related("order__item", "batch", "unit__lot")
    found = get_object_or_404(rows, pk=pk)
    view = card_view(found, actor)
    links: list[dict[str, Any]] = [
        {"kind": _("Order"), "title": found.order.number, "url": reverse("shopfloor:order", args=[found.order_id])},
    ]
    for one in Nonconformance.objects.filter(card_id=pk).order_by("-pk")[:50]:
        url = reverse("portal:record", args=["quality.nonconformance", one.pk])
        state = {"state": one.state, "state_label": one.get_state_display()}
        links.append({"kind": _("Nonconformance"), "title": one.number, "url": url, **state})
    for deviation in Deviation.objects.filter(card_id=pk).order_by("-pk")[:50]:
        url = reverse("portal:record", args=["quality.deviation", deviation.pk])
        state = {"state": deviation.state, "state_label": deviation.get_state_display()}
        links.append({"kind": _("Deviation"), "title": deviation.number, "url": url, **state})
    ref, content = RecordRef.to(found), card_content(found)
    signed = [
        {"signature": signature, "validity": signature_validity(signature, ref, signed_of(found, signature, content))}
        for signature in signatures_of(ref)
    ]
    context = {
        "card": found,
        "view": view,
        "entries": [entry for entry in view.entries if entry.records or not entry.done],
        "links": links,
        "abandoned": abandoned_values(found),
        "corrections": Correction.objects.filter(record__card=found).select_related("record").order_by("-pk"),
        "timeline": ledger_of(ref)[:100],
        "signatures": signed,
    }
    return render(request, "shopfloor/desk/card.html", context)


@login_required
@require_POST
def unblock(request: HttpRequest, pk: int) -> HttpResponse:
    """Quality lets a stopped card go on."""
    services.unblock_card(actor=actor_of(request), card_id=pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("The card may go on."))
    return redirect("shopfloor:card", pk)


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """What is open on the floor now, by work center; for a screen on the wall."""
    actor = actor_of(request)
    require(actor, VIEW)
    cards = list(visible_rows(station_cards(), actor).order_by("work_center", "-started_at", "pk")[:120])
    balances = card_balances(cards)
    centers: dict[str, list[dict[str, Any]]] = {}
    for one in cards:
        name = definition_of(one.process_card_id).operation(one.operation).name
        row = {"card": one, "name": name, "balance": balances[one.pk]}
        centers.setdefault(one.work_center or "–", []).append(row)
    context = {"centers": list(centers.items()), "as_of": clock.now(), "poll_url": reverse("shopfloor:board")}
    polled = bool(request.headers.get("HX-Request"))
    return render(request, "shopfloor/desk/board_body.html" if polled else "shopfloor/desk/board.html", context)


@login_required
@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """Corrections that quality decides, oldest first, and what was decided."""
    return _corrections(request)


def _corrections(request: HttpRequest, tried: Attempt | None = None) -> HttpResponse:
    actor = actor_of(request)
    require(actor, VIEW)
    seen = Correction.objects.visible_to(actor).select_related("record__card__order")
    waiting = [
        (one, SimpleLazyObject(lambda one=one: content_hash(correction_content(one, one.record))))
        for one in visible_rows(pending_corrections(), actor)
    ]
    context = {"waiting": waiting, "decided": seen.exclude(state="asked").order_by("-pk")[:50]}
    return show(request, "shopfloor/desk/corrections.html", context, tried=tried)


@login_required
@require_POST
@sensitive_post_parameters("secret", "factor")
def correction_decide(request: HttpRequest, pk: int, answer: str) -> HttpResponse:
    """Approve or refuse, signed."""
    decide = services.approve_correction if answer == "approve" else services.refuse_correction
    with attempt() as tried:
        decide(
            actor=actor_of(request),
            correction_id=pk,
            credentials=credentials_of(request),
            note=request.POST.get("reason", ""),
        )
    if not tried.done:
        return _corrections(request, tried)
    messages.success(request, _("Decided and signed."))
    return redirect("shopfloor:correction-list")
