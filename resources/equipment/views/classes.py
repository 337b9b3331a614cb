"""Classes of equipment."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.units import dimension_name
from foundation.core.web.attempts import attempt, show
from foundation.core.web.lists import Action, Column, Empty, ListPage
from resources.equipment import services
from resources.equipment.forms import ClassForm
from resources.equipment.models import EquipmentClass
from resources.equipment.policies import MANAGE, VIEW


@login_required
@require_safe
def class_list(request: HttpRequest) -> HttpResponse:
    """What operations and readings can ask for."""
    require(actor_of(request), VIEW)
    return ListPage(
        title=_("Equipment classes"),
        rows=EquipmentClass.objects.all(),
        sort="code",
        file_name="equipment-classes",
        columns=(
            Column("code", _("Class"), kind="code", sort="code", link=_pieces),
            Column("name", _("Name"), kind="localized"),
            Column("is_gauge", _("Gauge"), kind="flag"),
            Column("quantity_kind", _("Measures"), value=lambda row: dimension_name(row.quantity_kind)),
        ),
        search=("code", "name"),
        actions=(Action(_("New class"), reverse("equipment:class-create"), permission=MANAGE),),
        empty=Empty(_("No classes yet"), _("An operation asks for a class, so that any piece of it will do.")),
    ).render(request)


def _pieces(row: EquipmentClass) -> str:
    return f"{reverse('equipment:equipment-list')}?equipment_class={row.pk}"


@login_required
def class_create(request: HttpRequest) -> HttpResponse:
    """A new class."""
    actor = actor_of(request)
    require(actor, MANAGE)
    form, tried = ClassForm(request.POST or None), None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            made = services.create_equipment_class(actor=actor, **form.values())
        if tried.done:
            messages.success(request, _("Class %(code)s is there.") % {"code": made.code})
            return redirect("equipment:class-list")
    context = {"title": _("New equipment class"), "cancel_url": reverse("equipment:class-list")}
    return show(request, "base_form.html", context, tried=tried, form=form)
