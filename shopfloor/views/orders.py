"""The desk: orders from plan to close, with the gates ahead, cards, balance and everything around them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.policies import may, require
from foundation.accounts.scope import visible_rows
from foundation.accounts.web import actor_of
from foundation.core import events
from foundation.core.actor import Actor
from foundation.core.answers import Found
from foundation.core.refs import RecordRef
from foundation.core.units import quantity_text
from foundation.core.web.attempts import attempt, show
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.printing.models import PrintJob
from foundation.records.selectors import ledger_of
from quality.models import Deviation, Nonconformance
from shopfloor import services
from shopfloor.definition import definition_of
from shopfloor.filters import OrderFilter
from shopfloor.forms import OrderForm, SerialsForm
from shopfloor.models import TravelCard, WorkCard, WorkOrder
from shopfloor.selectors import card_balances, order_list, order_readiness, what_dispatch_makes
from shopfloor.states import ORDER

VIEW, PLAN, DISPATCH = "shopfloor.view_order", "shopfloor.plan_order", "shopfloor.dispatch_order"
LOT_RECORDS = "inventory.lot_records"  # who proves a lot answers with links to its record
SHOWN = 300


@login_required
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """Work orders, newest first."""
    actor = actor_of(request)
    require(actor, VIEW)
    return ListPage(
        title=_("Work orders"),
        rows=visible_rows(order_list(), actor),
        sort="-id",
        file_name="orders",
        columns=(
            Column("number", _("Order"), kind="code", sort="number", link=address),
            Column("item", _("Item"), kind="code", value="item.number", sort="item__number"),
            Column("name", _("Name"), kind="localized", value="item.name"),
            Column("quantity", _("Quantity"), kind="quantity", value=lambda order: (order.quantity, order.unit)),
            Column("state", _("State"), kind="state", sort="state"),
            Column("kind", _("Kind"), value="get_kind_display"),
            Column("process_card", _("Process card"), kind="code", value="process_card.number"),
            Column("due", _("Due"), kind="day", sort="due"),
            Column("planned_at", _("Planned"), kind="moment", sort="planned_at"),
        ),
        search=("number", "item__number", "batches__number"),
        filters=OrderFilter,
        actions=(Action(_("Plan an order"), reverse("shopfloor:order-create"), permission=PLAN),),
        empty=Empty(
            _("No orders yet"),
            _("Plan the first one: an item that is made here and has an effective process card."),
            Action(_("Plan an order"), reverse("shopfloor:order-create"), permission=PLAN),
        ),
        row_tone=lambda order: "hold" if order.state == "held" else "",
    ).render(request)


def address(order: WorkOrder) -> str:
    return reverse("shopfloor:order", args=[order.pk])


@login_required
def order_create(request: HttpRequest) -> HttpResponse:
    """Plan an order. Nothing is pinned before dispatch."""
    actor = actor_of(request)
    require(actor, PLAN)
    form = OrderForm(request.POST or None)
    tried = None
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        with attempt(form) as tried:
            order = services.plan_order(
                actor=actor,
                item_id=data["item"].pk,
                quantity=data["quantity"],
                site_id=data["site"].pk,
                kind=data["kind"],
                due=data["due"],
                note=data["note"],
            )
        if tried.done:
            messages.success(request, _("%(order)s is planned. Dispatch it when it may begin.") % {"order": order})
            return redirect(address(order))
    context = {"title": _("Plan an order"), "cancel_url": reverse("shopfloor:order-list")}
    return show(request, "shopfloor/desk/order_create.html", context, tried=tried, form=form)


@login_required
@require_safe
def order_page(request: HttpRequest, pk: int, tab: str = "") -> HttpResponse:
    """An order: cards with their state and balance, the gates ahead, travellers, nonconformances, trail."""
    actor = actor_of(request)
    require(actor, VIEW)
    rows = WorkOrder.objects.visible_to(actor).select_related("item", "site", "process_card")
    order = get_object_or_404(rows, pk=pk)
    cards = list(
        WorkCard.objects.filter(order=order).select_related("unit__lot", "batch").order_by("unit__number", "sequence")
    )
    found = list(Nonconformance.objects.filter(order_number=order.number).order_by("-pk")[:SHOWN])
    deviations = list(Deviation.objects.filter(order_number=order.number).order_by("-pk")[:SHOWN])
    context = {
        "order": order,
        "tab": tab,
        "tabs": _tabs(order, tab, len(cards), len(found) + len(deviations)),
        "serials": SerialsForm(),
        "acts": _acts(order, actor),
        "links": _links(order, actor) if not tab else [],
    }
    if tab == "readiness":
        rows = order_readiness(order)
        context["forecast"] = [(key, list(group)) for key, group in groupby(rows, key=lambda row: row["operation"])]
        context["names"] = _names(order)
    elif tab == "travellers":
        context["travellers"] = _travellers(order)
    elif tab == "quality":
        context.update({"nonconformances": found, "deviations": deviations})
    elif tab == "trail":
        refs = [RecordRef.to(order), *(RecordRef.to(card) for card in cards[:SHOWN])]
        context["timeline"] = ledger_of(*refs)[:SHOWN]
    else:
        context["cards"] = _card_rows(order, cards)
    return show(request, "shopfloor/desk/order.html", context)


def _names(order: WorkOrder) -> dict[int, str]:
    if order.process_card_id is None:
        return {}
    return {operation.number: operation.name for operation in definition_of(order.process_card_id).operations}


def _card_rows(order: WorkOrder, cards: list[WorkCard]) -> list[dict[str, Any]]:
    names, balances = _names(order), card_balances(cards)
    return [
        {"card": card, "name": names.get(card.operation, ""), "balance": balances[card.pk]} for card in cards[:SHOWN]
    ]


def _tabs(order: WorkOrder, tab: str, cards: int, quality: int) -> list[dict[str, Any]]:
    rows: list[tuple[str, Any, int | None, str]] = [
        ("", _("Cards"), cards, "list-details"),
        ("readiness", _("Gates ahead"), None, "traffic-lights"),
        ("travellers", _("Travellers"), None, "barcode"),
        ("quality", _("Nonconformances"), quality, "alert-octagon"),
        ("trail", _("Trail"), None, "history"),
    ]
    return [
        {
            "title": title,
            "url": reverse("shopfloor:order-tab", args=[order.pk, key]) if key else address(order),
            "current": key == tab,
            "count": count,
            "icon_name": icon_name,
        }
        for key, title, count, icon_name in rows
    ]


def _travellers(order: WorkOrder) -> list[dict[str, Any]]:
    rows = list(TravelCard.objects.filter(batch__order=order).select_related("unit__lot", "batch").order_by("pk"))
    refs = [row.pk for row in rows]
    prints: dict[int, PrintJob] = {}
    for job in PrintJob.objects.filter(subject_label="shopfloor.travelcard", subject_id__in=refs).order_by("pk"):
        prints[int(job.subject_id or 0)] = job
    return [{"traveller": row, "print": prints.get(row.pk)} for row in rows[:SHOWN]]


def _acts(order: WorkOrder, actor: Actor) -> list[dict[str, Any]]:
    """Buttons from the state table, for who may; starting and completing come from the floor."""
    rows = []
    for row in ORDER.events_from(order.state):
        if row.event in ("start", "complete") or (row.permission and not may(actor, row.permission, order.site_id)):
            continue
        if row.event.startswith("resume_") and row.event != f"resume_{order.held_from}":
            continue
        verb = "resume" if row.event.startswith("resume_") else row.event
        url = reverse("shopfloor:order-act", args=[order.pk, verb])
        confirm = _dispatch_words(order) if verb == "dispatch" else ""
        rows.append({"verb": verb, "label": row.label, "url": url, "reason": row.reason_required, "confirm": confirm})
    return rows


def _dispatch_words(order: WorkOrder) -> str:
    """What one click would make and print: it cannot be taken back, only cancelled."""
    made = what_dispatch_makes(order)
    if made.problem:
        return made.problem
    words = {
        "card": made.card_number,
        "cards": made.cards,
        "travellers": made.travellers,
        "quantity": quantity_text(order.quantity, order.unit, get_language() or "en"),
    }
    return (
        ngettext(
            "Process card %(card)s is pinned. This makes one batch of %(quantity)s and prints %(travellers)s traveller;"
            " work cards: %(cards)s.",
            "Process card %(card)s is pinned. This makes one batch of %(quantity)s and prints %(travellers)s travellers;"
            " work cards: %(cards)s.",
            made.travellers,
        )
        % words
    )


def _links(order: WorkOrder, actor: Actor) -> list[dict[str, Any]]:
    """Neighbours: batch, process card, and the records that prove what was made."""
    links: list[dict[str, Any]] = []
    for batch in order.batches.select_related("lot"):
        links.append({"kind": _("Batch"), "title": batch.number, "url": reverse("shopfloor:batch", args=[batch.pk])})
        lots = [batch.lot, *(unit.lot for unit in batch.units.select_related("lot")[:50])]
        for lot in lots:
            links += [_link_to(one) for one in chain.from_iterable(events.ask(LOT_RECORDS, lot, actor))]
    if order.process_card is not None:
        url = reverse("portal:record", args=["routing.processcard", order.process_card_id])
        links.append({"kind": _("Process card"), "title": order.process_card.number, "url": url})
    url = reverse("portal:record", args=["bom.item", order.item_id])
    links.append({"kind": _("Item"), "title": order.item.number, "url": url})
    return links


def _link_to(found: Found) -> dict[str, Any]:
    state = {"state": found.state, "state_label": found.state_label}
    return {"kind": found.kind, "title": found.number, "url": found.url, "text": found.text, **state}


VERBS: dict[str, Callable[..., Any]] = {
    "hold": services.hold_order,
    "resume": services.resume_order,
    "cancel": services.cancel_order,
    "close": services.close_order,
}


@login_required
@require_POST
def order_act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Dispatch, hold, resume, cancel, close."""
    actor = actor_of(request)
    if verb == "dispatch":
        form = SerialsForm(request.POST)
        form.is_valid()
        made = services.dispatch_order(actor=actor, order_id=pk, serials=form.numbers())
        words = {"cards": len(made.cards), "travellers": len(made.travellers), "batch": made.batch.number}
        messages.success(
            request,
            ngettext(
                "Dispatched: batch %(batch)s, %(cards)s cards, %(travellers)s traveller printed.",
                "Dispatched: batch %(batch)s, %(cards)s cards, %(travellers)s travellers printed.",
                len(made.travellers),
            )
            % words,
        )
        if any(not row["open"] for row in made.forecast):
            messages.warning(request, _("Some gates ahead are closed: see “Gates ahead”."))
        return redirect("shopfloor:order-tab", pk, "readiness")
    given = {} if verb == "close" else {"reason": request.POST.get("reason", "")}
    VERBS[verb](actor=actor, order_id=pk, **given)
    messages.success(request, _("Done."))
    return redirect("shopfloor:order", pk)
