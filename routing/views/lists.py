"""Lists: routings, process cards, the parameter library."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.units import dimension_name
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.records.manifest import SIGNED
from foundation.records.selectors import attach_revision_signatures
from routing.models import ProcessCard, RoutingRevision
from routing.policies import EDIT, VIEW
from routing.selectors import attach_card_signatures, definitions


@login_required
def routings(request: HttpRequest) -> HttpResponse:
    require(actor_of(request), VIEW)
    start = Action(_("Start a routing"), reverse("routing:start"), permission=EDIT)
    return ListPage(
        title=_("Routings"),
        rows=RoutingRevision.objects.select_related("item", "bom_revision"),
        sort="-id",
        file_name="routings",
        columns=(
            Column(
                "number",
                _("Routing"),
                kind="code",
                sort="number",
                link=lambda row: reverse("routing:editor", args=[row.pk]),
            ),
            Column("name", _("Item"), kind="localized", value="item.name"),
            Column("bom", _("BOM"), kind="code", value="bom_revision.number", sort="bom_revision__number"),
            Column("purpose", _("For"), value=lambda row: row.get_purpose_display(), sort="purpose"),
            Column("state", _("State"), kind="state", sort="state"),
            SIGNED,
        ),
        prepare=attach_revision_signatures,
        search=("number", "item__number", "item__name"),
        actions=(start,),
        empty=Empty(_("No routings yet"), _("Start one on the BOM revision of an item that is made here."), start),
    ).render(request)


@login_required
def cards(request: HttpRequest) -> HttpResponse:
    require(actor_of(request), VIEW)
    return ListPage(
        title=_("Process cards"),
        lead=_("What orders are built from. A card is published by an approved change, and never altered."),
        rows=ProcessCard.objects.select_related("item"),
        sort="-id",
        file_name="process-cards",
        columns=(
            Column(
                "number",
                _("Card"),
                kind="code",
                sort="number",
                link=lambda card: reverse("routing:card", args=[card.pk]),
            ),
            Column("item", _("Item"), kind="code", value="item.number", sort="item__number"),
            Column("name", _("Name"), kind="localized", value="item.name"),
            Column("revision", _("Revision"), kind="code", sort="revision"),
            Column("purpose", _("For"), value=lambda card: card.get_purpose_display()),
            Column("change", _("Change"), kind="code", value="change_number", sort="change_number"),
            Column("published_at", _("Published"), kind="moment", sort="published_at"),
            SIGNED,
        ),
        prepare=attach_card_signatures,
        search=("number", "item__number", "change_number"),
        empty=Empty(
            _("No process cards yet"), _("A card appears when a change that carries its routing is implemented.")
        ),
    ).render(request)


@login_required
def library(request: HttpRequest) -> HttpResponse:
    require(actor_of(request), VIEW)
    add = Action(_("Add a parameter"), reverse("routing:definition-add"), permission=EDIT)
    return ListPage(
        title=_("Parameter library"),
        rows=definitions(),
        sort="code",
        file_name="parameters",
        columns=(
            Column(
                "code",
                _("Code"),
                kind="code",
                sort="code",
                link=lambda row: reverse("routing:definition", args=[row.pk]),
            ),
            Column("name", _("Name"), kind="localized"),
            Column(
                "quantity_kind",
                _("Quantity kind"),
                value=lambda row: dimension_name(row.quantity_kind),
                sort="quantity_kind",
            ),
            Column("unit", _("Unit"), kind="code"),
            Column("precision", _("Decimals"), kind="number"),
            Column("capture", _("Captured"), value=lambda row: row.get_capture_display()),
            Column("critical", _("Critical"), kind="flag"),
            Column("use_count", _("Used by steps"), kind="number", sort="use_count"),
        ),
        search=("code", "name"),
        actions=(add,),
        empty=Empty(
            _("The library is empty"), _("Add what your operations measure: a diameter, a pressure, a torque."), add
        ),
    ).render(request)
