"""Acts on operations and links."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.web.attempts import Attempt, attempt
from routing import services
from routing.forms import AddOperationForm, Lists, OperationForm
from routing.models import Operation
from routing.policies import EDIT
from routing.views.answers import RowEdit, editor_url, list_answer, merged_fields, row_answer, version_of


def open_operation(request: HttpRequest) -> int | None:
    """The operation that is open in the editor (it stays open)."""
    given = request.POST.get("open") or request.GET.get("op") or ""
    return int(given) if given.isdigit() else None


@login_required
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    form = AddOperationForm(request.POST, auto_id="add_operation_%s")
    opened, tried = open_operation(request), Attempt()
    if form.is_valid():
        data = form.joined(form.cleaned_data)
        with attempt(form) as tried:
            added = services.add_operation(
                actor=actor,
                revision_id=pk,
                name=data["name"],
                after_id=data["after"],
                work_center=data["work_center"],
            )
            opened = opened or added.pk
    first = not request.POST.get("open")
    return list_answer(request, actor, pk, opened, tried=tried, whole=first, kept=("add-operation", form))


@login_required
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    require(actor, EDIT)
    operation = get_object_or_404(Operation.objects.select_related("revision"), pk=pk)
    siblings = Operation.objects.filter(revision_id=operation.revision_id)
    initial = {"equipment_class": operation.equipment_class, "qualifications": operation.qualifications}
    key = f"operation-{pk}"
    form = OperationForm(request.POST, initial=initial, auto_id=f"{key}_%s", lists=Lists.read(), operations=siblings)
    tried, merged = None, {}
    if form.is_valid():
        with attempt(form) as tried:
            saved = services.change_operation(
                actor=actor, operation_id=pk, changes=form.changes(), expected=version_of(request)
            )
            merged = merged_fields(saved, form.changes())
    edit = RowEdit(operation.revision_id, pk, key, form, tried, merged=merged)
    return row_answer(request, actor, edit)


@login_required
@require_POST
def move(request: HttpRequest, pk: int, direction: str) -> HttpResponse:
    actor, operation = actor_of(request), get_object_or_404(Operation, pk=pk)
    with attempt() as tried:
        services.move_operation(actor=actor, operation_id=pk, by=-1 if direction == "up" else 1)
    return list_answer(request, actor, operation.revision_id, open_operation(request) or pk, tried=tried)


@login_required
@require_POST
def reorder(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    order = [int(value) for value in request.POST.getlist("order") if value.isdigit()]
    with attempt() as tried:
        services.reorder_operations(actor=actor, revision_id=pk, order=order, expected=request.GET.get("expected", ""))
    return list_answer(request, actor, pk, open_operation(request), tried=tried)


@login_required
@require_POST
def renumber(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    with attempt() as tried:
        services.renumber_operations(actor=actor, revision_id=pk)
    return list_answer(request, actor, pk, open_operation(request), tried=tried, whole=True)


@login_required
@require_POST
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    copy = services.duplicate_operation(actor=actor, operation_id=pk)
    return redirect(editor_url(copy.revision_id, copy.pk))


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    actor, operation = actor_of(request), get_object_or_404(Operation, pk=pk)
    services.remove_operation(actor=actor, operation_id=pk)
    return redirect(editor_url(operation.revision_id))


@login_required
@require_POST
def paste(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    with attempt() as tried:
        services.paste_operations(actor=actor, revision_id=pk, text=request.POST.get("rows", ""))
    return list_answer(request, actor, pk, open_operation(request), tried=tried, whole=True)


@login_required
@require_POST
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Add or remove one link by the form beside the list: what the drawing does, without scripts."""
    actor, operation = actor_of(request), get_object_or_404(Operation, pk=pk)
    other = request.POST.get("predecessor", "")
    act = services.remove_link if request.POST.get("remove") else services.add_link
    with attempt() as tried:
        act(
            actor=actor,
            revision_id=operation.revision_id,
            predecessor_id=int(other) if other.isdigit() else 0,
            successor_id=pk,
        )
    return list_answer(request, actor, operation.revision_id, pk, tried=tried, whole=True)
