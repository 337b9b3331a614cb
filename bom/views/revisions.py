"""Parts lists: list, record, structure, cost, comparison, and the acts on a revision."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bom import states
from bom.models import BomRevision, Item
from bom.selectors import check_revision, compare, explode, position_key, rolled_up_cost
from bom.services import discard_draft, retire_revision, return_revision, start_revision, submit_revision
from bom.views.exports import cost_table, lines_table, structure_table
from bom.views.shapes import compare_lines, cost_rows, nested
from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import show
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.core.web.tables import hand_out
from foundation.records.manifest import SIGNED
from foundation.records.models import RevisionState
from foundation.records.selectors import attach_revision_signatures, ledger_of, signature_validity, signatures_of

VIEW, EDIT = "bom.view_bom", "bom.edit_bom"


class RevisionFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=RevisionState)

    class Meta:
        model = BomRevision
        fields = ("state",)


COLUMNS = (
    Column(
        "number",
        gettext_lazy("Revision"),
        kind="code",
        sort="number",
        link=lambda row: reverse("bom:revision", args=[row.pk]),
    ),
    Column("name", gettext_lazy("Name"), kind="localized", value="item.name"),
    Column("state", gettext_lazy("State"), kind="state", sort="state"),
    Column("origin", gettext_lazy("Origin"), kind="code", sort="origin"),
    Column("approval_number", gettext_lazy("Approved by"), kind="code", sort="approval_number"),
    Column("approved_at", gettext_lazy("Approved"), kind="moment", sort="approved_at"),
    SIGNED,
)


@login_required
def revision_list(request: HttpRequest) -> HttpResponse:
    require(actor_of(request), VIEW)
    start = Action(_("Import a parts list"), reverse("imports:upload"), icon_name="file-import", permission=EDIT)
    baselines = Action(_("Baselines"), reverse("bom:baseline-list"), icon_name="writing-sign", primary=False)
    return ListPage(
        title=_("Bills of materials"),
        rows=BomRevision.objects.select_related("item"),
        columns=COLUMNS,
        sort="number",
        search=("number", "item__name"),
        filters=RevisionFilter,
        actions=(baselines, start),
        empty=Empty(_("No parts lists yet"), _("Import one, or start a revision on the page of an item."), start),
        file_name="boms",
        prepare=attach_revision_signatures,
    ).render(request)


def revision_of(pk: int) -> BomRevision:
    found: BomRevision = get_object_or_404(BomRevision.objects.select_related("item", "copied_from"), pk=pk)
    return found


def page_context(revision: BomRevision, current: str) -> dict[str, Any]:
    """What every tab of a revision shows."""
    parts = (
        ("lines", _("Lines"), "list-details", "bom:revision"),
        ("structure", _("Structure"), "hierarchy-2", "bom:revision-structure"),
        ("cost", _("Cost"), "coins", "bom:revision-cost"),
        ("compare", _("Compare"), "arrows-diff", "bom:revision-compare"),
    )
    return {
        "revision": revision,
        "item": revision.item,
        "tabs": [
            {"title": title, "icon_name": icon_name, "url": reverse(url, args=[revision.pk]), "current": key == current}
            for key, title, icon_name, url in parts
        ],
        "events": [row.event for row in states.REVISION.events_from(revision.state)],
    }


@login_required
def revision_record(request: HttpRequest, pk: int) -> HttpResponseBase:
    require(actor_of(request), VIEW)
    revision = revision_of(pk)
    lines = sorted(revision.lines.select_related("component"), key=lambda line: position_key(line.position))
    tools = sorted(revision.tools.select_related("item"), key=lambda tool: position_key(tool.position))
    if request.GET.get("export"):
        return hand_out(request, request.GET["export"], lines_table(revision, lines, tools))
    reference = RecordRef.to(revision)
    found: dict[str, list[Any]] = {}
    for problem in check_revision(revision):
        found.setdefault(problem.position, []).append(problem)
    context = {
        **page_context(revision, "lines"),
        "lines": [(line, found.get(line.position, [])) for line in lines],
        "tools": tools,
        "problems": found.get("", []),
        "problem_count": sum(map(len, found.values())),
        "timeline": ledger_of(reference)[:50],
        "signatures": [
            {"signature": row, "validity": signature_validity(row, reference, revision.content or {})}
            for row in signatures_of(reference)
        ],
    }
    return show(request, "bom/revision.html", context)


@login_required
def revision_structure(request: HttpRequest, pk: int) -> HttpResponseBase:
    require(actor_of(request), VIEW)
    revision = revision_of(pk)
    lines = explode(revision, everything=True)
    if request.GET.get("export"):
        return hand_out(request, request.GET["export"], structure_table(revision, lines))
    context = {**page_context(revision, "structure"), "tree": nested(lines), "count": len(lines)}
    return show(request, "bom/structure.html", context)


@login_required
def revision_cost(request: HttpRequest, pk: int) -> HttpResponseBase:
    require(actor_of(request), VIEW)
    revision = revision_of(pk)
    cost = rolled_up_cost(revision)
    if request.GET.get("export"):
        return hand_out(request, request.GET["export"], cost_table(revision, cost))
    context = {**page_context(revision, "cost"), "cost": cost, "uncertain": cost_rows(cost.uncertain)}
    return show(request, "bom/cost.html", context)


@login_required
def revision_compare(request: HttpRequest, pk: int) -> HttpResponse:
    require(actor_of(request), VIEW)
    revision = revision_of(pk)
    others = list(BomRevision.objects.filter(item=revision.item).exclude(pk=pk).newest_first())
    asked = request.GET.get("with", "")
    default = next((row for row in others if row.sequence < revision.sequence), None)
    other = next((row for row in others if str(row.pk) == asked), default)
    context = {
        **page_context(revision, "compare"),
        "others": others,
        "other": other,
        "lines": compare_lines(compare(other, revision)) if other else [],
    }
    return show(request, "bom/compare.html", context)


@login_required
@require_POST
def revision_start(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(Item, pk=pk)
    revision = start_revision(actor=actor_of(request), item_id=item.pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("Draft %(number)s is yours to edit.") % {"number": revision.number})
    return redirect("bom:revision", revision.pk)


@login_required
@require_POST
def revision_act(request: HttpRequest, pk: int, event: str) -> HttpResponse:
    """Submit, return, retire or discard. Approval has no button here: it comes with a change or a baseline."""
    actor, reason = actor_of(request), request.POST.get("reason", "")
    if event == "submit":
        submit_revision(actor=actor, revision_id=pk, expected=request.POST.get("etag", ""))
    elif event == "return":
        return_revision(actor=actor, revision_id=pk, reason=reason)
    elif event == "retire":
        retire_revision(actor=actor, revision_id=pk, reason=reason)
    elif event == "discard":
        item_id = revision_of(pk).item_id
        discard_draft(actor=actor, revision_id=pk, reason=reason)
        return redirect("bom:item", item_id)
    else:
        raise Http404
    return redirect("bom:revision", pk)
