"""Receiving: the delivery, its labels, its check."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from bom.models import Item
from foundation.accounts.policies import may, require
from foundation.accounts.web import actor_of
from foundation.core import clock, gs1
from foundation.core.errors import NotValid
from foundation.core.refs import RecordRef
from foundation.core.units import quantity_text
from foundation.core.web.attempts import attempt, show
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.printing.selectors import prints_of
from resources.inventory import services
from resources.inventory.filters import StockFilter
from resources.inventory.forms import InspectForm, ReceiveForm
from resources.inventory.models import LabelReading, Place, Receipt, StockUnit
from resources.inventory.policies import INSPECT, RECEIVE, VIEW
from resources.inventory.selectors.stock import what_bars_release
from resources.inventory.states import StockStatus
from resources.inventory.views.stock import address

ITEMS_OFFERED = 3_000


@login_required
@require_safe
def receipt_list(request: HttpRequest) -> HttpResponse:
    """Every delivery, the newest first."""
    actor = actor_of(request)
    require(actor, VIEW)
    return ListPage(
        title=_("Receipts"),
        rows=Receipt.objects.visible_to(actor).select_related("lot__item", "lot__supplier", "place"),
        sort="-id",
        file_name="receipts",
        columns=(
            Column(
                "number",
                _("Receipt"),
                kind="code",
                sort="number",
                link=lambda row: reverse("inventory:labels", args=[row.pk]),
            ),
            Column("received_at", _("When"), kind="moment", sort="received_at"),
            Column("item", _("Item"), kind="code", value="lot.item.number"),
            Column("name", _("Name"), kind="localized", value="lot.item.name"),
            Column(
                "lot",
                _("Lot"),
                kind="code",
                value="lot.number",
                link=lambda row: reverse("inventory:lot", args=[row.lot_id]),
            ),
            Column("supplier", _("Supplier"), kind="name", value="lot.supplier.name"),
            Column("supplier_lot", _("Supplier's lot"), kind="code", value="lot.supplier_lot"),
            Column("quantity", _("Quantity"), kind="quantity", value=lambda row: (row.quantity, row.unit)),
            Column("containers", _("Containers"), kind="number"),
            Column("received_by_name", _("Received by"), kind="who"),
        ),
        search=("number", "lot__number", "lot__supplier_lot", "delivery_note"),
        actions=(
            Action(_("Receive a lot"), reverse("inventory:receive"), icon_name="truck-delivery", permission=RECEIVE),
        ),
        empty=Empty(_("Nothing was received yet"), _("Receive the first delivery.")),
    ).render(request)


@login_required
def receive(request: HttpRequest) -> HttpResponse:
    """Receive a lot: scan the supplier's label or type what it says, into quarantine with labels of our own."""
    actor = actor_of(request)
    require(actor, RECEIVE)
    scanned, unread = _scanned(request.GET.get("scan", ""))
    form = ReceiveForm(request.POST or None, initial=scanned, places=Place.objects.visible_to(actor))
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            units = services.receive_lot(actor=actor, **form.values())
        if tried.done:
            lot = units[0].lot
            messages.success(
                request,
                ngettext(
                    "Lot %(lot)s is in quarantine in %(count)d container; its label is ready to print.",
                    "Lot %(lot)s is in quarantine in %(count)d containers; its labels are ready to print.",
                    len(units),
                )
                % {"lot": lot.number, "count": len(units)},
            )
            return redirect("inventory:labels", lot.receipt.pk)
    context = {
        "title": _("Receive a lot"),
        "cancel_url": reverse("inventory:receipt-list"),
        "items": Item.objects.order_by("number").values_list("number", "name")[:ITEMS_OFFERED],
        "scanned": scanned,
        "expired": str(scanned.get("expires_on") or "9999") < clock.today().isoformat(),
        "unread": unread,
    }
    return show(request, "inventory/receive.html", context, tried=tried, form=form)


def _scanned(code: str) -> tuple[dict[str, Any], str]:
    """What a supplier's GS1 label says, as first values of the form, and what could not be read of it."""
    if not code.strip():
        return {}, ""
    try:
        fields = gs1.what_is(code)
    except NotValid as refusal:
        return {}, str(refusal)
    if fields.message is None:
        return {}, _("This label is not GS1: type what it says.")
    found: dict[str, Any] = {"supplier_lot": fields.fields.get("10", "")}
    days: dict[str, date | None] = {
        "made_on": fields.message.date_of("11"),
        "expires_on": fields.message.date_of("17"),
    }
    found |= {name: day.isoformat() for name, day in days.items() if day is not None}
    count = fields.fields.get("30") or fields.fields.get("37")
    found |= {"quantity": count.lstrip("0")} if count else {}
    item = Item.objects.filter(udi_di=fields.fields["01"]).first() if fields.fields.get("01") else None
    return found | ({"item": item.number} if item else {}), ""


@login_required
def labels(request: HttpRequest, pk: int) -> HttpResponse:
    """The containers of a delivery with their labels; each label is read back once it is on its container."""
    actor = actor_of(request)
    require(actor, VIEW)
    rows = Receipt.objects.visible_to(actor).select_related("lot__item", "lot__supplier", "place")
    receipt = get_object_or_404(rows, pk=pk)
    tried = None
    if request.method == "POST":
        with attempt() as tried:
            unit = services.confirm_label(actor=actor, code=request.POST.get("code", ""))
        if tried.done:
            messages.success(request, _("The label of %(container)s reads.") % {"container": unit.container})
            return redirect("inventory:labels", pk)
    units = list(
        StockUnit.objects.visible_to(actor).filter(lot_id=receipt.lot_id).select_related("place").order_by("pk")
    )
    read = set(LabelReading.objects.filter(stock_unit__in=units).values_list("stock_unit_id", flat=True))
    prints: dict[int, Any] = {}
    for job in prints_of(*(RecordRef.to(unit) for unit in units)) if units else ():
        prints.setdefault(job.subject_id, job)
    context = {
        "receipt": receipt,
        "lot": receipt.lot,
        "received": quantity_text(receipt.quantity, receipt.unit),
        "rows": [{"unit": unit, "read": unit.pk in read, "print": prints.get(unit.pk)} for unit in units],
        "read": sum(unit.pk in read for unit in units),
        "code": request.POST.get("code", ""),
    }
    return show(request, "inventory/labels.html", context, tried=tried)


@login_required
@require_safe
def quarantine_list(request: HttpRequest) -> HttpResponse:
    """What waits for its check, the oldest first."""
    actor = actor_of(request)
    require(actor, VIEW)
    judges = may(actor, INSPECT).allowed
    return ListPage(
        title=_("Quarantine"),
        lead=_("What was received or taken out of a product waits here until someone from quality has judged it."),
        rows=StockUnit.objects.visible_to(actor)
        .present()
        .filter(status=StockStatus.QUARANTINE)
        .select_related("lot__item", "place"),
        sort="id",
        file_name="quarantine",
        columns=(
            Column("container", _("Container"), kind="code", sort="container", link=address),
            Column("item", _("Item"), kind="code", value="lot.item.number"),
            Column("name", _("Name"), kind="localized", value="lot.item.name"),
            Column("lot", _("Lot"), kind="code", value="lot.display_number"),
            Column("supplier_lot", _("Supplier's lot"), kind="code", value="lot.supplier_lot"),
            Column("quantity", _("Quantity"), kind="quantity", value=lambda unit: (unit.quantity, unit.unit)),
            Column("place", _("Place"), kind="code", value="place.code"),
            Column("expires_on", _("Expires"), kind="day", value="lot.expires_on"),
            Column(
                "check",
                _("Check"),
                value=lambda _unit: _("Check it") if judges else "",
                link=lambda unit: reverse("inventory:unit-check", args=[unit.pk]) if judges else "",
            ),
        ),
        search=("container", "lot__number", "lot__supplier_lot"),
        filters=StockFilter,
        row_tone=lambda unit: "bad" if unit.lot.is_expired(clock.today()) else "",
        empty=Empty(_("Nothing waits"), _("Everything that was received has been judged."), icon_name="circle-check"),
    ).render(request)


@login_required
def unit_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The incoming check of a container, or of its whole delivery."""
    actor = actor_of(request)
    require(actor, INSPECT)
    rows = StockUnit.objects.visible_to(actor).select_related("lot__item", "lot__supplier", "place")
    unit: StockUnit = get_object_or_404(rows, pk=pk)
    barred = what_bars_release(unit)
    waiting = unit.lot.stock_units.filter(status=StockStatus.QUARANTINE).count()
    form = InspectForm(request.POST or None, barred=barred is not None, places=Place.objects.visible_to(actor))
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            done = services.inspect_receipt(actor=actor, stock_unit_id=unit.pk, **form.values())
        if tried.done:
            words = {
                "container": unit,
                "result": done.get_result_display(),
                "lot": unit.lot.display_number,
                "count": waiting,
            }
            whole = form.cleaned_data["whole_lot"] and waiting > 1
            said = _("Lot %(lot)s, %(count)s containers: %(result)s.") if whole else _("%(container)s: %(result)s.")
            messages.success(request, said % words)
            return redirect("inventory:lot", unit.lot_id)
    context = {
        "title": _("Check %(container)s") % {"container": unit.container},
        "unit": unit,
        "lot": unit.lot,
        "barred": str(barred.reason) if barred else "",
        "waiting": waiting,
        "cancel_url": address(unit),
    }
    return show(request, "inventory/check.html", context, tried=tried, form=form)
