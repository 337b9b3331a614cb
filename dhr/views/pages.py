"""The record on screen: what is missing, what was not plain, what was done, with what, by whom."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dhr.blockers import blockers_of
from dhr.compile import RecordScope, load_scope
from dhr.compile.balance import material_balance
from dhr.compile.completeness import completeness
from dhr.compile.content import facts_of, record_content
from dhr.compile.exceptions import exceptions
from dhr.compile.floor import operations
from dhr.compile.materials import materials, sub_records
from dhr.compile.trail import ledger_entries, signatures
from dhr.compile.units import quantities, units
from dhr.forms import ReleaseForm
from dhr.models import DeviceHistoryRecord
from dhr.releasable import releasable_units
from dhr.selectors import attach_record_signatures, signatures_with_validity
from dhr.words import operations_in_words, pieces_in_words, records_in_words
from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.canonical import content_hash
from foundation.core.web.attempts import Attempt, show
from foundation.core.web.lists import Column, Empty, ListPage
from foundation.records.manifest import SIGNED
from resources.inventory.models import Place

VIEW = "dhr.view_record"


@login_required
@require_safe
def record_list(request: HttpRequest) -> HttpResponse:
    """Every batch record, newest first."""
    actor = actor_of(request)
    require(actor, VIEW)
    return ListPage(
        title=_("Batch records (DHR)"),
        rows=DeviceHistoryRecord.objects.visible_to(actor).select_related("lot__item", "batch__order"),
        sort="-number",
        file_name="batch-records",
        prepare=attach_record_signatures,
        columns=(
            Column(
                "number", _("Record"), kind="code", sort="number", link=lambda r: reverse("dhr:record", args=[r.number])
            ),
            Column(
                "lot", _("Lot or serial"), kind="code", value=lambda r: r.lot.serial or r.lot.number, sort="lot__number"
            ),
            Column("item", _("Item"), kind="code", value="lot.item.number", sort="lot__item__number"),
            Column("name", _("Name"), kind="localized", value="lot.item.name"),
            Column("order", _("Order"), kind="code", value="batch.order.number", sort="batch__order__number"),
            Column("opened_at", _("Begun"), kind="moment", sort="opened_at"),
            Column("state", _("State"), kind="state", sort="state"),
            SIGNED,
        ),
        search=("number", "lot__number", "lot__serial", "lot__item__number", "batch__order__number"),
        empty=Empty(_("No batch records yet"), _("A record begins by itself when an order is dispatched.")),
    ).render(request)


@login_required
@require_safe
def record_by_id(request: HttpRequest, pk: int) -> HttpResponse:
    """From a reference, which knows the id, to the page, which is known by its number."""
    actor = actor_of(request)
    require(actor, VIEW)
    return redirect("dhr:record", get_object_or_404(DeviceHistoryRecord.objects.visible_to(actor), pk=pk).number)


@login_required
@require_safe
def record_overview(request: HttpRequest, number: str) -> HttpResponse:
    """Review by exception: what stands against it, what is missing, what was not plain."""
    return overview(request, number)


def overview(request: HttpRequest, number: str, tried: Attempt | None = None) -> HttpResponse:
    """The record's first page; after a refused act with the reason, and with what was entered."""
    scope = _scope(request, number)
    entries = ledger_entries(scope)
    checked = completeness(scope)
    context = {
        "blockers": blockers_of(scope, for_release=scope.record.state != "growing"),
        "completeness": checked,
        "present": checked.demanded - len(checked.missing),
        "exceptions": exceptions(scope, entries),
        "units": pieces_in_words(units(scope)),
        "sub_records": records_in_words(sub_records(scope)),
        "releasable": releasable_units(scope),
        "releases": scope.record.releases.select_related("signature", "version").order_by("id"),
        "addenda": scope.record.addenda.order_by("id"),
        "signatures": signatures_with_validity(scope.record, signatures(scope)),
    }
    return _page(request, scope, "dhr/record.html", "record", context, tried)


@login_required
@require_safe
def record_operations(request: HttpRequest, number: str) -> HttpResponse:
    """Every step with person, time, value and limits."""
    scope = _scope(request, number)
    return _page(
        request,
        scope,
        "dhr/operations.html",
        "record-operations",
        {"operations": operations_in_words(operations(scope))},
    )


@login_required
@require_safe
def record_materials(request: HttpRequest, number: str) -> HttpResponse:
    """What went in and came out again, with supplier lots, and the balance."""
    scope = _scope(request, number)
    context = {"materials": materials(scope), "balance": material_balance(scope)}
    return _page(request, scope, "dhr/materials.html", "record-materials", context)


@login_required
@require_safe
def record_trail(request: HttpRequest, number: str) -> HttpResponse:
    """Every act on anything of the record, refused ones included, the newest first."""
    scope = _scope(request, number)
    review = scope.record.trail_reviews.select_related("signature").order_by("-id").first()
    context = {"entries": ledger_entries(scope)[::-1], "review": review}
    return _page(request, scope, "dhr/trail.html", "record-trail", context)


def _scope(request: HttpRequest, number: str) -> RecordScope:
    actor = actor_of(request)
    require(actor, VIEW)
    record = get_object_or_404(DeviceHistoryRecord.objects.visible_to(actor), number=number)
    return load_scope(record)


def _page(
    request: HttpRequest,
    scope: RecordScope,
    template: str,
    current: str,
    context: dict[str, Any],
    tried: Attempt | None = None,
) -> HttpResponse:
    record = scope.record
    return show(
        request,
        template,
        {
            "record": record,
            "quantities": quantities(scope),
            "order": record.batch.order,
            "card": record.batch.order.process_card,
            "tabs": tabs_of(record, current),
            "shown": SimpleLazyObject(lambda: content_hash(facts_of(record_content(scope)))),
            "put_away": SimpleLazyObject(lambda: _put_away(request, "all")),
            "put_part_away": SimpleLazyObject(lambda: _put_away(request, "part")),
            **context,
        },
        tried=tried,
    )


def _put_away(request: HttpRequest, which: str) -> ReleaseForm:
    """One for each form of the page."""
    return ReleaseForm(places=Place.objects.visible_to(actor_of(request)), auto_id=f"{which}-%s")


def tabs_of(record: DeviceHistoryRecord, current: str) -> list[dict[str, Any]]:
    """The tabs of a record; each is an address of its own."""
    rows = (
        ("record", _("Review"), "checkup-list"),
        ("record-operations", _("Operations"), "list-details"),
        ("record-materials", _("Material"), "packages"),
        ("record-trail", _("Audit trail"), "history"),
        ("record-packages", _("Packages"), "file-zip"),
    )
    return [
        {
            "title": title,
            "url": reverse(f"dhr:{name}", args=[record.number]),
            "current": name == current,
            "icon_name": icon,
        }
        for name, title, icon in rows
    ]
