"""Items: list, record, where-used, and what is edited about them."""

from __future__ import annotations

import django_filters
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bom.forms import CostForm, ItemForm, SourceForm
from bom.models import ApprovedSource, BomRevision, Item, ItemKind, MakeOrBuy
from bom.selectors import where_used
from bom.services import (
    approve_source,
    change_item,
    create_item,
    create_supplier,
    set_standard_cost,
    withdraw_source,
)
from bom.services.items import item_etag
from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import attempt, show
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.records.selectors import ledger_of

VIEW, EDIT = "bom.view_bom", "bom.edit_bom"


class ItemFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=ItemKind)
    make_or_buy = django_filters.ChoiceFilter(label=gettext_lazy("Make or buy"), choices=MakeOrBuy)

    class Meta:
        model = Item
        fields = ("kind", "make_or_buy")


COLUMNS = (
    Column(
        "number",
        gettext_lazy("Number"),
        kind="code",
        sort="number",
        link=lambda item: reverse("bom:item", args=[item.pk]),
    ),
    Column("name", gettext_lazy("Name"), kind="localized"),
    Column("kind", gettext_lazy("Kind"), value=lambda item: item.get_kind_display(), sort="kind"),
    Column("unit", gettext_lazy("Unit"), kind="unit", sort="unit"),
    Column("tracking", gettext_lazy("Tracking"), value=lambda item: item.get_tracking_display(), sort="tracking"),
    Column("make_or_buy", gettext_lazy("Make or buy"), value=lambda item: item.get_make_or_buy_display()),
)


@login_required
def item_list(request: HttpRequest) -> HttpResponse:
    require(actor_of(request), VIEW)
    new = Action(_("New item"), reverse("bom:item-create"), permission=EDIT)
    imported = Action(_("Import a parts list"), reverse("imports:upload"), icon_name="file-import", permission=EDIT)
    return ListPage(
        title=_("Items"),
        rows=Item.objects.all(),
        columns=COLUMNS,
        sort="number",
        search=("number", "name", "sources__part_number"),
        filters=ItemFilter,
        actions=(new,),
        empty=Empty(_("No items yet"), _("Import a parts list, or enter the first item."), imported),
        file_name="items",
    ).render(request)


@login_required
def item_record(request: HttpRequest, pk: int) -> HttpResponse:
    require(actor_of(request), VIEW)
    item = get_object_or_404(Item, pk=pk)
    revisions: QuerySet[BomRevision] = BomRevision.objects.filter(item=item).newest_first()
    context = {
        "item": item,
        "revisions": revisions,
        "open_revision": next((row for row in revisions if row.state in ("draft", "in_review")), None),
        "sources": item.sources.select_related("supplier").order_by("supplier__name", "part_number"),
        "costs": item.costs.order_by("-valid_from")[:10],
        "tabs": item_tabs(item, "record"),
        "timeline": ledger_of(RecordRef.to(item))[:50],
    }
    return show(request, "bom/item.html", context)


def item_tabs(item: Item, current: str) -> list[dict[str, object]]:
    parts = (
        ("record", _("Item"), "package", "bom:item"),
        ("where-used", _("Where used"), "sitemap", "bom:item-where-used"),
    )
    return [
        {"title": title, "icon_name": icon_name, "url": reverse(url, args=[item.pk]), "current": key == current}
        for key, title, icon_name, url in parts
    ]


@login_required
def item_where_used(request: HttpRequest, pk: int) -> HttpResponse:
    require(actor_of(request), VIEW)
    item = get_object_or_404(Item, pk=pk)
    context = {"item": item, "rows": where_used(item), "tabs": item_tabs(item, "where-used")}
    return show(request, "bom/where_used.html", context)


@login_required
def item_create(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, EDIT)
    form = ItemForm(request.POST or None, initial={"tracking": "lot", "unit": "pcs", "make_or_buy": "buy"})
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            item = create_item(actor=actor, number=form.cleaned_data["number"], **form.values())
        if tried.done:
            messages.success(request, _("Item %(number)s was made.") % {"number": item.number})
            return redirect("bom:item", item.pk)
    context = {"title": _("New item"), "cancel_url": reverse("bom:item-list")}
    return show(request, "bom/item_form.html", context, tried=tried, form=form)


@login_required
def item_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    require(actor, EDIT)
    item = get_object_or_404(Item, pk=pk)
    form = ItemForm(request.POST or None, initial=ItemForm.initial_of(item))
    del form.fields["number"]
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            change_item(
                actor=actor,
                item_id=pk,
                reason=request.POST.get("reason", ""),
                expected=request.POST.get("etag", ""),
                **form.values(),
            )
        if tried.done:
            return redirect("bom:item", pk)
    context = {
        "title": item.number,
        "item": item,
        "etag": request.POST.get("etag") or item_etag(item),
        "cancel_url": reverse("bom:item", args=[pk]),
    }
    return show(request, "bom/item_form.html", context, tried=tried, form=form)


@login_required
def cost_set(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    require(actor, EDIT)
    item = get_object_or_404(Item, pk=pk)
    form = CostForm(request.POST or None, initial={"per_unit": item.unit})
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            set_standard_cost(actor=actor, item_id=pk, **form.cleaned_data)
        if tried.done:
            return redirect("bom:item", pk)
    context = {
        "title": _("Standard cost from today"),
        "item": item,
        "cancel_url": reverse("bom:item", args=[pk]),
    }
    return show(request, "bom/item_part_form.html", context, tried=tried, form=form)


@login_required
def source_add(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    require(actor, EDIT)
    item = get_object_or_404(Item, pk=pk)
    form = SourceForm(request.POST or None)
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            supplier = create_supplier(actor=actor, code=form.cleaned_data["code"], name=form.cleaned_data["name"])
            approve_source(
                actor=actor, item_id=pk, supplier_id=supplier.pk, part_number=form.cleaned_data["part_number"]
            )
        if tried.done:
            return redirect("bom:item", pk)
    context = {"title": _("Approve a source"), "item": item, "cancel_url": reverse("bom:item", args=[pk])}
    return show(request, "bom/item_part_form.html", context, tried=tried, form=form)


@login_required
@require_POST
def source_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    source = get_object_or_404(ApprovedSource, pk=pk)
    withdraw_source(actor=actor_of(request), source_id=pk, reason=request.POST.get("reason", ""))
    return redirect("bom:item", source.item_id)
