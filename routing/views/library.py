"""One parameter of the library, and where it is used."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts.policies import may, require
from foundation.accounts.web import actor_of
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import attempt, show
from foundation.records.selectors import ledger_of
from routing import services
from routing.forms import DefinitionForm
from routing.models import ParameterDefinition
from routing.policies import EDIT, VIEW
from routing.selectors import where_used
from routing.services.editing import etag_of
from routing.services.parameters import DEFINITION_FIELDS


@login_required
def add(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, EDIT)
    form = DefinitionForm(request.POST or None, initial={"capture": "typed", "precision": 2})
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            definition = services.create_parameter_definition(actor=actor, **form.changes())
        if tried.done:
            messages.success(request, _("The parameter is in the library."))
            return redirect("routing:definition", definition.pk)
    context = {"title": _("Add a parameter"), "cancel_url": reverse("routing:library")}
    return show(request, "base_form.html", context, tried=tried, form=form)


@login_required
def definition(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    require(actor, VIEW)
    row = get_object_or_404(ParameterDefinition, pk=pk)
    initial = {name: getattr(row, name) for name in DEFINITION_FIELDS} | DefinitionForm.initial_of(row)
    form = DefinitionForm(request.POST or None, initial=initial | {"code": row.code})
    form.fields.pop("code")
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            services.change_parameter_definition(
                actor=actor, definition_id=pk, changes=form.changes(), expected=request.POST.get("expected", "")
            )
        if tried.done:
            messages.success(request, _("Saved. Routings keep what they took over until someone takes it over again."))
            return redirect("routing:definition", pk)
    context = {
        "definition": row,
        "etag": etag_of(row, DEFINITION_FIELDS),
        "uses": where_used(row),
        "editable": bool(may(actor, EDIT)),
        "timeline": ledger_of(RecordRef.to(row))[:20],
    }
    return show(request, "routing/definition.html", context, tried=tried, form=form)
