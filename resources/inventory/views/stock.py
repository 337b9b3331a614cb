"""Containers: the list, the page of one, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.policies import may, require
from foundation.accounts.web import actor_of
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.printing.selectors import prints_of
from foundation.records.selectors import ledger_of
from resources.inventory import services
from resources.inventory.filters import StockFilter
from resources.inventory.forms import MoveForm, PartForm
from resources.inventory.models import Place, StockUnit
from resources.inventory.policies import RECEIVE, VIEW
from resources.inventory.selectors.holds import open_holds_on
from resources.inventory.selectors.stock import usability
from resources.inventory.states import STATUS

SHOWN = 200


def address(unit: StockUnit) -> str:
    return reverse("inventory:unit", args=[unit.pk])


@login_required
@require_safe
def stock_list(request: HttpRequest) -> HttpResponse:
    """What is there: container by container, with lot, place, status and expiry."""
    actor = actor_of(request)
    require(actor, VIEW)
    today = clock.today()
    return ListPage(
        title=_("Stock"),
        rows=StockUnit.objects.visible_to(actor).select_related("lot__item", "place"),
        sort="-id",
        file_name="stock",
        columns=(
            Column("container", _("Container"), kind="code", sort="container", link=address),
            Column("item", _("Item"), kind="code", value="lot.item.number"),
            Column("name", _("Name"), kind="localized", value="lot.item.name"),
            Column(
                "lot",
                _("Lot or serial"),
                kind="code",
                value="lot.display_number",
                link=lambda unit: reverse("inventory:lot", args=[unit.lot_id]),
            ),
            Column("quantity", _("Quantity"), kind="quantity", value=lambda unit: (unit.quantity, unit.unit)),
            Column("status", _("Status"), kind="state", sort="status"),
            Column("place", _("Place"), kind="code", value="place.code"),
            Column("expires_on", _("Expires"), kind="day", value="lot.expires_on"),
        ),
        search=("container", "lot__number", "lot__serial"),
        filters=StockFilter,
        actions=(
            Action(_("Receive a lot"), reverse("inventory:receive"), icon_name="truck-delivery", permission=RECEIVE),
            Action(_("Quarantine"), reverse("inventory:quarantine-list"), icon_name="hourglass", primary=False),
            Action(_("Places"), reverse("inventory:place-list"), icon_name="map-pin", primary=False),
        ),
        empty=Empty(
            _("Nothing is in stock"), _("Receive a delivery, or clear the filters to see empty containers too.")
        ),
        row_tone=lambda unit: "bad" if unit.lot.is_expired(today) or not unit.place.takes(unit.status) else "",
    ).render(request)


def _unit(pk: int, actor: Actor) -> StockUnit:
    rows = StockUnit.objects.visible_to(actor).select_related("lot__item", "lot__supplier", "place")
    found: StockUnit = get_object_or_404(rows, pk=pk)
    return found


@login_required
@require_safe
def unit_record(request: HttpRequest, pk: int) -> HttpResponse:
    """One container: may it be used and why not, its movements, checks, label and holds, and what can be done now."""
    actor = actor_of(request)
    require(actor, VIEW)
    unit = _unit(pk, actor)
    movements = unit.movements.select_related("from_place", "to_place").order_by("-pk")
    context = {
        "unit": unit,
        "lot": unit.lot,
        "answer": usability(unit),
        "misplaced": bool(unit.quantity) and not unit.place.takes(unit.status),
        "holds": open_holds_on(unit),
        "movements": movements[:SHOWN],
        "inspections": unit.inspections.order_by("-pk")[:SHOWN],
        "readings": unit.label_readings.order_by("-pk")[:20],
        "prints": prints_of(RecordRef.to(unit))[:20],
        "acts": _acts(unit, actor),
        "move_form": MoveForm(places=Place.objects.visible_to(actor)),
        "part_form": PartForm(),
        "timeline": ledger_of(RecordRef.to(unit))[:50],
    }
    return render(request, "inventory/unit.html", context)


def _acts(unit: StockUnit, actor: Actor) -> list[Any]:
    """Moves of its status that this person may do here. Release has a button of its own."""
    rows = (row for row in STATUS.events_from(unit.status) if row.event != "release")
    return [row for row in rows if may(actor, row.permission, unit.place.site_id)]


def _act(request: HttpRequest, pk: int, do: Callable[[StockUnit], str]) -> HttpResponse:
    """A button of the container page: do it, say so, and show the container again. Refusals go to the refusal page."""
    unit = _unit(pk, actor_of(request))
    messages.success(request, do(unit))
    return redirect(address(unit))


@login_required
@require_POST
def unit_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Move the quality status along its table."""

    def do(unit: StockUnit) -> str:
        event = request.POST.get("event", "")
        moved = services.change_status(
            actor=actor_of(request), stock_unit_id=unit.pk, event=event, reason=request.POST.get("reason", "")
        )
        return _("%(container)s is now: %(status)s.") % {
            "container": moved.container,
            "status": moved.get_status_display(),
        }

    return _act(request, pk, do)


@login_required
@require_POST
def unit_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry the container to another place."""
    form = MoveForm(request.POST, places=Place.objects.visible_to(actor_of(request)))
    if not form.is_valid():
        messages.error(request, _("Choose a place."))
        return redirect("inventory:unit", pk)

    def do(unit: StockUnit) -> str:
        place = form.cleaned_data["place"]
        services.move_stock(
            actor=actor_of(request), stock_unit_id=unit.pk, place=place, reason=request.POST.get("reason", "")
        )
        return _("%(container)s is at %(place)s.") % {"container": unit.container, "place": place.code}

    return _act(request, pk, do)


def _quantity(request: HttpRequest) -> Any:
    form = PartForm(request.POST)
    if form.is_valid():
        return form.cleaned_data["quantity"]
    messages.error(request, _("Quantity: %(why)s") % {"why": " ".join(map(str, form.errors["quantity"]))})
    return None


@login_required
@require_POST
def unit_split(request: HttpRequest, pk: int) -> HttpResponse:
    """Part of it into a container of its own, whose label goes to the print queue."""
    quantity = _quantity(request)
    if quantity is None:
        return redirect("inventory:unit", pk)
    unit = _unit(pk, actor_of(request))
    part = services.split_unit(
        actor=actor_of(request), stock_unit_id=unit.pk, quantity=quantity, reason=request.POST.get("reason", "")
    )
    messages.success(request, _("%(part)s was split off.") % {"part": part.container})
    return redirect(address(part))


@login_required
@require_POST
def unit_scrap(request: HttpRequest, pk: int) -> HttpResponse:
    """A quantity of it goes to scrap."""
    quantity = _quantity(request)
    if quantity is None:
        return redirect("inventory:unit", pk)

    def do(unit: StockUnit) -> str:
        services.scrap_stock(
            actor=actor_of(request), stock_unit_id=unit.pk, quantity=quantity, reason=request.POST.get("reason", "")
        )
        return _("Scrapped from %(container)s.") % {"container": unit.container}

    return _act(request, pk, do)


@login_required
@require_POST
def unit_label(request: HttpRequest, pk: int) -> HttpResponse:
    """Print the container's label; again only with a reason."""

    def do(unit: StockUnit) -> str:
        services.print_container_labels(
            actor=actor_of(request), stock_units=[unit], reason=request.POST.get("reason", "")
        )
        return _("The label of %(container)s is in the print queue.") % {"container": unit.container}

    return _act(request, pk, do)
