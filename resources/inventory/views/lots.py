"""Lots: the list, and the page that says everything of one."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core import clock, events
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.records.selectors import ledger_of
from resources.inventory.filters import LotFilter
from resources.inventory.models import Hold, Lot, Movement, ReceiptInspection
from resources.inventory.policies import RECEIVE, VIEW
from resources.inventory.selectors.holds import holds_of_units
from resources.inventory.selectors.trace import TraceLink, links_around

SHOWN = 200  # rows of one table of the page; the list and the export have all
LOT_RECORDS = "inventory.lot_records"


@login_required
@require_safe
def lot_list(request: HttpRequest) -> HttpResponse:
    """Every lot that was received or made, the newest first."""
    actor = actor_of(request)
    require(actor, VIEW)
    today = clock.today()
    return ListPage(
        title=_("Lots"),
        rows=Lot.objects.visible_to(actor).select_related("item", "supplier"),
        sort="-id",
        file_name="lots",
        columns=(
            Column("display_number", _("Lot or serial"), kind="code", sort="number", link=address),
            Column("item", _("Item"), kind="code", value="item.number"),
            Column("name", _("Name"), kind="localized", value="item.name"),
            Column("supplier_lot", _("Supplier's lot"), kind="code"),
            Column("supplier", _("Supplier"), kind="name", value="supplier.name"),
            Column("made_on", _("Made"), kind="day"),
            Column("expires_on", _("Expires"), kind="day", sort="expires_on"),
        ),
        search=("number", "serial", "supplier_lot"),
        filters=LotFilter,
        actions=(
            Action(_("Receive a lot"), reverse("inventory:receive"), icon_name="truck-delivery", permission=RECEIVE),
            Action(_("Trace"), reverse("inventory:trace"), icon_name="affiliate", primary=False),
        ),
        empty=Empty(
            _("No lots yet"),
            _("Receive the first delivery; lots that are made here appear when an order starts."),
            Action(_("Receive a lot"), reverse("inventory:receive"), icon_name="truck-delivery", permission=RECEIVE),
        ),
        row_tone=lambda lot: "bad" if lot.is_expired(today) else "",
    ).render(request)


def address(lot: Lot) -> str:
    return reverse("inventory:lot", args=[lot.pk])


def _lot(pk: int, actor: Actor) -> Lot:
    rows = Lot.objects.visible_to(actor).select_related("item", "supplier", "parent_lot", "receipt")
    found: Lot = get_object_or_404(rows, pk=pk)
    return found


def _tabs(lot: Lot, current: str) -> list[dict[str, Any]]:
    return [
        {"title": title, "url": reverse(name, args=[lot.pk]), "current": name == current, "icon_name": icon_name}
        for title, name, icon_name in (
            (_("Stock"), "inventory:lot", "stack-2"),
            (_("Genealogy"), "inventory:lot-genealogy", "affiliate"),
            (_("Movements"), "inventory:lot-movements", "arrows-exchange"),
        )
    ]


def _around(lot: Lot, actor: Actor) -> dict[str, Any]:
    """What stands beside every tab: neighbours, holds and the timeline."""
    return {
        "lot": lot,
        "expired": lot.is_expired(clock.today()),
        "links": _links(lot),
        "records": list(chain.from_iterable(events.ask(LOT_RECORDS, lot, actor))),
        "timeline": ledger_of(RecordRef.to(lot))[:50],
    }


def _links(lot: Lot) -> list[dict[str, Any]]:
    found = []
    if lot.parent_lot is not None:
        found.append({"kind": _("Batch"), "title": lot.parent_lot.display_number, "url": address(lot.parent_lot)})
    receipt = getattr(lot, "receipt", None)
    if receipt is not None:
        url = reverse("inventory:labels", args=[receipt.pk])
        found.append({"kind": _("Receipt"), "title": receipt.number, "url": url, "text": receipt.delivery_note})
    for child in lot.children.order_by("pk")[:SHOWN]:
        found.append({"kind": _("Serial or part"), "title": child.display_number, "url": address(child)})
    return found


@login_required
@require_safe
def lot_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts, containers, holds and the quality file of a lot."""
    actor = actor_of(request)
    require(actor, VIEW)
    lot = _lot(pk, actor)
    units = list(lot.stock_units.visible_to(actor).select_related("place", "lot").order_by("-quantity", "pk")[:SHOWN])
    held = holds_of_units(units)
    holds = {hold.pk: hold for rows in held.values() for hold in rows}
    holds |= {hold.pk: hold for hold in Hold.objects.visible_to(actor).filter(lot=lot)[:SHOWN]}
    context = {
        **_around(lot, actor),
        "tabs": _tabs(lot, "inventory:lot"),
        "units": [{"unit": unit, "holds": held[unit.pk]} for unit in units],
        "more_units": lot.stock_units.visible_to(actor).count() - len(units) if len(units) == SHOWN else 0,
        "holds": sorted(holds.values(), key=lambda hold: -hold.pk),
        "inspections": ReceiptInspection.objects.visible_to(actor)
        .filter(stock_unit__lot=lot)
        .select_related("stock_unit")
        .order_by("-pk")[:SHOWN],
    }
    return render(request, "inventory/lot.html", context)


@login_required
@require_safe
def lot_genealogy(request: HttpRequest, pk: int) -> HttpResponse:
    """What went into the lot and what it went into, one step each way; the trace goes all the way."""
    actor = actor_of(request)
    require(actor, VIEW)
    lot = _lot(pk, actor)
    made_of, used_in = links_around(lot.pk)
    others = {link.consumed_lot_id for link in made_of} | {link.produced_lot_id for link in used_in}
    lots = {row.pk: row for row in Lot.objects.filter(pk__in=others).select_related("item")}
    context = {
        **_around(lot, actor),
        "tabs": _tabs(lot, "inventory:lot-genealogy"),
        "made_of": _with_lots(made_of, lots, "consumed_lot_id"),
        "used_in": _with_lots(used_in, lots, "produced_lot_id"),
    }
    return render(request, "inventory/lot_genealogy.html", context)


def _with_lots(links: list[TraceLink], lots: dict[int, Lot], end: str) -> list[dict[str, Any]]:
    return [{"link": link, "lot": lots[getattr(link, end)]} for link in links]


@login_required
@require_safe
def lot_movements(request: HttpRequest, pk: int) -> HttpResponse:
    """Every change of a quantity of the lot, the newest first."""
    actor = actor_of(request)
    require(actor, VIEW)
    lot = _lot(pk, actor)
    rows = (
        Movement.objects.visible_to(actor)
        .filter(stock_unit__lot=lot)
        .select_related("stock_unit", "from_place", "to_place")
    )
    context = {
        **_around(lot, actor),
        "tabs": _tabs(lot, "inventory:lot-movements"),
        "movements": rows.order_by("-pk")[:SHOWN],
        "count": rows.count(),
        "shown": SHOWN,
    }
    return render(request, "inventory/lot_movements.html", context)
