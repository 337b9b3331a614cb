"""Acts on steps, parameters and materials of an operation."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.web.attempts import Attempt, attempt
from routing import services
from routing.forms import AddStepForm, AllocateForm, Lists, ParameterForm, StepForm
from routing.models import IntermediateMade, MaterialUse, Operation, Step
from routing.policies import EDIT
from routing.views.answers import RowEdit, list_answer, merged_fields, row_answer, version_of


@login_required
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    actor, operation = actor_of(request), get_object_or_404(Operation, pk=pk)
    form = AddStepForm(request.POST, auto_id="add_step_%s")
    tried = Attempt()
    if form.is_valid():
        with attempt(form) as tried:
            services.add_step(actor=actor, operation_id=pk, **form.joined(form.cleaned_data))
    return list_answer(
        request, actor, operation.revision_id, pk, tried=tried, whole=True, kept=(f"add-step-{pk}", form)
    )


@login_required
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    require(actor, EDIT)
    step = get_object_or_404(Step, pk=pk)
    key = f"step-{pk}"
    positions = list(MaterialUse.objects.filter(operation_id=step.operation_id).values_list("position", flat=True))
    form = StepForm(request.POST, initial={"materials": step.materials}, auto_id=f"{key}_%s", positions=positions)
    tried, merged = None, {}
    if form.is_valid():
        with attempt(form) as tried:
            saved = services.change_step(actor=actor, step_id=pk, changes=form.changes(), expected=version_of(request))
            merged = merged_fields(saved, form.changes())
    whole_row = step.kind != request.POST.get("kind")
    edit = RowEdit(step.revision_id, step.operation_id, key, form, tried, whole_row, merged)
    return row_answer(request, actor, edit)


@login_required
@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Up, down, duplicate, remove."""
    actor, step = actor_of(request), get_object_or_404(Step, pk=pk)
    with attempt() as tried:
        if verb in ("up", "down"):
            services.move_step(actor=actor, step_id=pk, by=-1 if verb == "up" else 1)
        elif verb == "duplicate":
            services.duplicate_step(actor=actor, step_id=pk)
        else:
            services.remove_step(actor=actor, step_id=pk)
    return list_answer(request, actor, step.revision_id, step.operation_id, tried=tried, whole=True)


@login_required
@require_POST
def parameter(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    require(actor, EDIT)
    step = get_object_or_404(Step.objects.select_related("parameter__definition"), pk=pk)
    present = getattr(step, "parameter", None)
    key = f"parameter-{pk}"
    form = ParameterForm(
        request.POST,
        initial={"gauge_class": present.gauge_class} if present else {},
        auto_id=f"{key}_%s",
        lists=Lists.read(),
        kind=present.definition.quantity_kind if present else "",
    )
    chosen = request.POST.get("definition_id", "")
    other = present is None or str(present.definition_id) != chosen
    if other:
        # another kind of parameter brings its own unit and decimals
        for name in ("unit", "precision", "critical"):
            form.fields.pop(name)
    tried, merged, refresh = None, {}, "refresh" in request.POST
    if form.is_valid():
        changes = parameter_changes(form, refresh=refresh)
        with attempt(form) as tried:
            saved = services.set_parameter(
                actor=actor,
                step_id=pk,
                definition_id=form.cleaned_data["definition_id"],
                changes=changes,
                expected="" if other else version_of(request),
            )
            changes.pop("refresh", None)
            merged = merged_fields(saved, changes)
    edit = RowEdit(step.revision_id, step.operation_id, key, form, tried, other or refresh, merged)
    return row_answer(request, actor, edit)


@login_required
@require_POST
def parameter_remove(request: HttpRequest, pk: int) -> HttpResponse:
    actor, step = actor_of(request), get_object_or_404(Step, pk=pk)
    with attempt() as tried:
        services.remove_parameter(actor=actor, step_id=pk)
    return list_answer(request, actor, step.revision_id, step.operation_id, tried=tried, whole=True)


def parameter_changes(form: ParameterForm, *, refresh: bool) -> dict[str, object]:
    """What the form says; taking over from the library leaves those fields to the library."""
    changes = form.changes()
    if refresh:
        for name in ("unit", "precision", "critical"):
            changes.pop(name, None)
        changes["refresh"] = True
    return changes


@login_required
@require_POST
def allocate(request: HttpRequest, pk: int) -> HttpResponse:
    """Allocate (the rest of) a line to an operation, or everything that is left with ``position=*``."""
    actor = actor_of(request)
    form = AllocateForm(request.POST)
    tried, opened = Attempt(), None
    if form.is_valid():
        opened = form.cleaned_data["operation"]
        with attempt(form) as tried:
            services.allocate_material(
                actor=actor,
                operation_id=opened,
                position=form.cleaned_data["position"],
                quantity=form.cleaned_data["quantity"],
            )
    return list_answer(request, actor, pk, opened, tried=tried, whole=True)


@login_required
@require_POST
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """The operation makes the intermediate of a line."""
    actor, operation = actor_of(request), get_object_or_404(Operation, pk=pk)
    with attempt() as tried:
        services.make_intermediate(actor=actor, operation_id=pk, position=request.POST.get("position", ""))
    return list_answer(request, actor, operation.revision_id, pk, tried=tried, whole=True)


@login_required
@require_POST
def release_use(request: HttpRequest, pk: int) -> HttpResponse:
    actor, use = actor_of(request), get_object_or_404(MaterialUse, pk=pk)
    with attempt() as tried:
        services.remove_allocation(actor=actor, use_id=pk)
    return list_answer(request, actor, use.revision_id, use.operation_id, tried=tried, whole=True)


@login_required
@require_POST
def release_made(request: HttpRequest, pk: int) -> HttpResponse:
    actor, made = actor_of(request), get_object_or_404(IntermediateMade, pk=pk)
    with attempt() as tried:
        services.remove_intermediate(actor=actor, made_id=pk)
    return list_answer(request, actor, made.revision_id, made.operation_id, tried=tried, whole=True)
