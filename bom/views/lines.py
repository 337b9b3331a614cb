"""Editing the lines and tools of a draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bom.forms import LineForm, ToolForm
from bom.models import BomLine, BomRevision, BomTool, Item, ItemKind
from bom.services import (
    LineData,
    ToolData,
    add_line,
    add_tool,
    change_line,
    change_tool,
    remove_line,
    remove_tool,
)
from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.web.attempts import Attempt, attempt, show

EDIT = "bom.edit_bom"
OFFERED = 500  # item numbers that the browser completes


@login_required
def line_add(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    require(actor, EDIT)
    revision = _revision(pk)
    form = LineForm(request.POST or None, initial={"basis": "per_unit"})

    def save() -> None:
        data = LineData(**form.values())
        add_line(actor=actor, revision_id=pk, line=data, expected=_etag(request), reason=form.cleaned_data["reason"])

    tried = _tried(form, save)
    if tried and tried.done:
        return redirect("bom:revision", pk)
    return _show(request, revision, _("Add a line"), form, tried)


@login_required
def line_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    require(actor, EDIT)
    line = get_object_or_404(BomLine.objects.select_related("component"), pk=pk)
    form = LineForm(request.POST or None, initial=_initial(line))

    def save() -> None:
        reason = form.cleaned_data["reason"]
        change_line(actor=actor, line_id=pk, changes=form.values(), expected=_etag(request), reason=reason)

    tried = _tried(form, save)
    if tried and tried.done:
        return redirect("bom:revision", line.revision_id)
    title = _("Line %(position)s") % {"position": line.position}
    return _show(request, _revision(line.revision_id), title, form, tried)


@login_required
@require_POST
def line_remove(request: HttpRequest, pk: int) -> HttpResponse:
    line = get_object_or_404(BomLine, pk=pk)
    remove_line(actor=actor_of(request), line_id=pk, expected=_etag(request), reason=request.POST.get("reason", ""))
    return redirect("bom:revision", line.revision_id)


@login_required
def tool_add(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    require(actor, EDIT)
    form = ToolForm(request.POST or None)
    tried = _tried(
        form,
        lambda: add_tool(actor=actor, revision_id=pk, tool=ToolData(**form.values()), expected=_etag(request)),
    )
    if tried and tried.done:
        return redirect("bom:revision", pk)
    return _show(request, _revision(pk), _("Add a tool"), form, tried)


@login_required
def tool_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    require(actor, EDIT)
    tool = get_object_or_404(BomTool.objects.select_related("item"), pk=pk)
    initial = {
        "position": tool.position,
        "item": tool.item.number,
        "quantity": tool.quantity.normalize(),
        "optional": tool.optional,
        "note_en": tool.note.get("en", ""),
        "note_zh": tool.note.get("zh-hans", ""),
    }
    form = ToolForm(request.POST or None, initial=initial)
    tried = _tried(form, lambda: change_tool(actor=actor, tool_id=pk, changes=form.values(), expected=_etag(request)))
    if tried and tried.done:
        return redirect("bom:revision", tool.revision_id)
    title = _("Tool %(position)s") % {"position": tool.position}
    return _show(request, _revision(tool.revision_id), title, form, tried)


@login_required
@require_POST
def tool_remove(request: HttpRequest, pk: int) -> HttpResponse:
    tool = get_object_or_404(BomTool, pk=pk)
    remove_tool(actor=actor_of(request), tool_id=pk, expected=_etag(request), reason=request.POST.get("reason", ""))
    return redirect("bom:revision", tool.revision_id)


def _revision(pk: int) -> BomRevision:
    found: BomRevision = get_object_or_404(BomRevision.objects.select_related("item"), pk=pk)
    return found


def _etag(request: HttpRequest) -> str:
    return str(request.POST.get("etag", ""))


def _tried(form: Form, save: Callable[[], Any]) -> Attempt | None:
    if not (form.is_bound and form.is_valid()):
        return None
    with attempt(form) as tried:
        save()
    return tried


def _show(request: HttpRequest, revision: BomRevision, title: str, form: Form, tried: Attempt | None) -> HttpResponse:
    numbers = Item.objects.order_by("number").values_list("number", flat=True)
    context = {
        "title": title,
        "revision": revision,
        "etag": _etag(request) or revision.etag,
        "items": numbers.exclude(kind=ItemKind.TOOL)[:OFFERED],
        "tools": numbers.filter(kind=ItemKind.TOOL)[:OFFERED],
        "cancel_url": reverse("bom:revision", args=[revision.pk]),
    }
    return show(request, "bom/line_form.html", context, tried=tried, form=form)


def _initial(line: BomLine) -> dict[str, Any]:
    names = ("position", "basis", "optional", "critical", "approximate", "is_cut_stock", "cut_from", "used_with")
    return {
        **{name: getattr(line, name) for name in names},
        "component": line.component.number,
        "quantity": f"{line.quantity.normalize():f}",
        "scrap_factor": f"{line.scrap_factor.normalize():f}",
        "alternate_of": ", ".join(line.alternate_of),
        "condition_en": line.alternate_condition.get("en", ""),
        "condition_zh": line.alternate_condition.get("zh-hans", ""),
        "note_en": line.note.get("en", ""),
        "note_zh": line.note.get("zh-hans", ""),
    }
