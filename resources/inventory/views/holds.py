"""Holds: the list, placing one, lifting one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from bom.models import Item
from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import attempt, show
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.records.selectors import ledger_of
from resources.inventory import services
from resources.inventory.filters import HoldFilter
from resources.inventory.forms import HoldForm
from resources.inventory.models import Hold, HoldTarget, Lot, StockUnit
from resources.inventory.policies import HOLD, VIEW
from resources.inventory.selectors.finding import lots_named
from resources.inventory.selectors.holds import lots_held_by
from resources.inventory.selectors.stock import unit_by_container

SHOWN = 500
_HOLDS = ("stock_unit", "lot", "item", "supplier", "equipment")


@login_required
@require_safe
def hold_list(request: HttpRequest) -> HttpResponse:
    """Every hold, open ones and lifted ones, the newest first."""
    actor = actor_of(request)
    require(actor, VIEW)
    return ListPage(
        title=_("Holds"),
        rows=Hold.objects.visible_to(actor).select_related(*_HOLDS),
        sort="-id",
        file_name="holds",
        columns=(
            Column("number", _("Hold"), kind="code", link=lambda hold: reverse("inventory:hold", args=[hold.pk])),
            Column(
                "state",
                _("State"),
                kind="state",
                value=lambda hold: "held" if hold.is_open else "lifted",
                label=lambda hold: pgettext("a hold", "In force") if hold.is_open else _("Lifted"),
            ),
            Column("kind", _("What"), value="get_kind_display"),
            Column("target_number", _("Number"), kind="code"),
            Column("reason", _("Why"), kind="words"),
            Column("source_number", _("Because of"), kind="code"),
            Column("placed_by_name", _("Placed by"), kind="who"),
            Column("placed_at", _("Placed"), kind="moment", sort="placed_at"),
            Column("lifted_by_name", _("Lifted by"), kind="who"),
            Column("lifted_at", _("Lifted"), kind="moment", sort="lifted_at"),
        ),
        search=("reason", "source_number", "lot__number", "stock_unit__container", "supplier_lot", "ref_number"),
        filters=HoldFilter,
        actions=(Action(_("Place a hold"), reverse("inventory:hold-place"), icon_name="hand-stop", permission=HOLD),),
        empty=Empty(_("Nothing is held"), _("A hold stops what is doubtful until somebody has judged it.")),
        row_tone=lambda hold: "hold" if hold.is_open else "",
    ).render(request)


@login_required
def hold_place(request: HttpRequest) -> HttpResponse:
    """Hold a container, a lot, a supplier's lot with all that was made of it, or an item."""
    actor = actor_of(request)
    require(actor, HOLD)
    initial = {"kind": request.GET.get("kind", "lot"), "number": request.GET.get("number", "")}
    form = HoldForm(request.POST or None, initial=initial)
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            target = target_named(actor, form.cleaned_data["kind"], form.cleaned_data["number"])
            hold = services.place_hold(actor=actor, target=target, reason=form.cleaned_data["reason"])
        if tried.done:
            messages.success(request, _("%(number)s is held.") % {"number": hold.target_number})
            return redirect("inventory:hold", hold.pk)
    context = {"title": _("Place a hold"), "cancel_url": reverse("inventory:hold-list")}
    return show(request, "inventory/hold_place.html", context, tried=tried, form=form)


def target_named(actor: Actor, kind: str, number: str) -> HoldTarget:
    """What a person means by a kind and a number. NotValid when there is nothing, or more than one, of that number."""
    if kind == "item":
        item = Item.objects.filter(number__iexact=number.strip()).first()
        if item is None:
            raise NotValid(_("There is no item “%(number)s”.") % {"number": number}, field="number")
        return HoldTarget.item(item.pk)
    if kind == "stock_unit":
        unit = unit_by_container(number, StockUnit.objects.visible_to(actor, HOLD))
        if unit is None:
            raise NotValid(_("There is no container “%(number)s”.") % {"number": number}, field="number")
        return HoldTarget.stock_unit(unit.pk)
    lots = lots_named(number, Lot.objects.visible_to(actor, HOLD))
    if not lots:
        raise NotValid(_("There is no lot “%(number)s”.") % {"number": number}, field="number")
    if kind == "supplier_lot":
        return _supplier_lot(lots, number)
    if len(lots) > 1:
        raise NotValid(_("“%(number)s” names several lots: give ours.") % {"number": number}, field="number")
    return HoldTarget.lot(lots[0].pk, with_descendants=kind == "lot_wide")


def _supplier_lot(lots: list[Lot], number: str) -> HoldTarget:
    named = {(lot.supplier_id, lot.supplier_lot) for lot in lots if lot.supplier_id and lot.supplier_lot}
    if len(named) != 1:
        raise NotValid(
            _("“%(number)s” does not name one lot of one supplier: give our lot number.") % {"number": number},
            field="number",
        )
    [(supplier_id, supplier_lot)] = named
    return HoldTarget.supplier_lot(supplier_id, supplier_lot)


@login_required
@require_safe
def hold_record(request: HttpRequest, pk: int) -> HttpResponse:
    """A hold and every container that it stops."""
    actor = actor_of(request)
    require(actor, VIEW)
    hold: Hold = get_object_or_404(Hold.objects.visible_to(actor).select_related(*_HOLDS), pk=pk)
    lots = lots_held_by(hold, Lot.objects.visible_to(actor))
    context = {
        "hold": hold,
        "lots": lots[:SHOWN],
        "lot_count": len(lots),
        "timeline": ledger_of(RecordRef.to(hold))[:50],
    }
    return render(request, "inventory/hold.html", context)


@login_required
@require_POST
def hold_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift a hold, with the reason."""
    hold = services.lift_hold(actor=actor_of(request), hold_id=pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("The hold on %(number)s is lifted.") % {"number": hold.target_number})
    return redirect("inventory:hold", pk)
