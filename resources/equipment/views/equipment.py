"""Machines, tools and gauges: the list and the page of one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.policies import may, require
from foundation.accounts.web import actor_of
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import attempt, show
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.records.selectors import ledger_of
from resources.equipment import selectors, services
from resources.equipment.filters import EquipmentFilter
from resources.equipment.forms import CalibrationForm, EquipmentForm
from resources.equipment.models import Equipment
from resources.equipment.policies import MANAGE, VIEW
from resources.equipment.states import STATUS

SHOWN = 100


def address(equipment: Equipment) -> str:
    return reverse("equipment:equipment", args=[equipment.pk])


@login_required
@require_safe
def equipment_list(request: HttpRequest) -> HttpResponse:
    """Everything that operations use and readings are taken with."""
    actor = actor_of(request)
    require(actor, VIEW)
    return ListPage(
        title=_("Equipment"),
        rows=Equipment.objects.visible_to(actor).select_related("equipment_class", "site"),
        sort="code",
        file_name="equipment",
        columns=(
            Column("code", _("Code"), kind="code", sort="code", link=address),
            Column("name", _("Name"), kind="localized"),
            Column(
                "equipment_class", _("Class"), kind="code", value="equipment_class.code", sort="equipment_class__code"
            ),
            Column("status", _("Status"), kind="state", sort="status"),
            Column("calibration_due", _("Calibration due"), kind="day", sort="calibration_due"),
            Column("work_center", _("Work center"), kind="code", sort="work_center"),
            Column("site", _("Site"), kind="code", value="site.code"),
        ),
        search=("code", "name", "serial_number"),
        filters=EquipmentFilter,
        actions=(
            Action(_("Register equipment"), reverse("equipment:equipment-create"), permission=MANAGE),
            Action(_("Classes"), reverse("equipment:class-list"), icon_name="category", primary=False),
        ),
        empty=Empty(_("No equipment yet"), _("Register the first machine or gauge.")),
        row_tone=lambda row: "" if selectors.fitness(row).ok else "warn",
    ).render(request)


@login_required
@require_safe
def equipment_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Is it fit, and why not; its status, calibrations, and what can be done now."""
    actor = actor_of(request)
    require(actor, VIEW)
    equipment = get_object_or_404(Equipment.objects.visible_to(actor).select_related("equipment_class", "site"), pk=pk)
    context = {
        "equipment": equipment,
        "answer": selectors.fitness(equipment),
        "acts": [row for row in STATUS.events_from(equipment.status) if may(actor, row.permission, equipment.site_id)],
        "events": equipment.status_events.select_related("by").order_by("-pk")[:SHOWN],
        "calibrations": equipment.calibrations.select_related("by").order_by("-done_at", "-pk")[:SHOWN],
        "timeline": ledger_of(RecordRef.to(equipment))[:50],
    }
    return render(request, "equipment/equipment.html", context)


@login_required
def equipment_create(request: HttpRequest) -> HttpResponse:
    """Register a machine, tool or gauge."""
    actor = actor_of(request)
    require(actor, MANAGE)
    form, tried = EquipmentForm(request.POST or None), None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            made = services.register_equipment(actor=actor, **form.values())
        if tried.done:
            messages.success(request, _("%(code)s is registered.") % {"code": made.code})
            return redirect(address(made))
    context = {"title": _("Register equipment"), "cancel_url": reverse("equipment:equipment-list")}
    return show(request, "base_form.html", context, tried=tried, form=form)


@login_required
@require_POST
def equipment_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Move the status along its table, with the reason."""
    moved = services.set_equipment_status(
        actor=actor_of(request),
        equipment_id=pk,
        status=request.POST.get("status", ""),
        reason=request.POST.get("reason", ""),
    )
    messages.success(
        request, _("%(code)s is now: %(status)s.") % {"code": moved.code, "status": moved.get_status_display()}
    )
    return redirect(address(moved))


@login_required
def equipment_calibrate(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a calibration: as found, as left, when it is due again."""
    actor = actor_of(request)
    require(actor, MANAGE)
    equipment = get_object_or_404(Equipment.objects.visible_to(actor), pk=pk)
    form, tried = CalibrationForm(request.POST or None, initial={"as_found_passed": True, "passed": True}), None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            services.record_calibration(actor=actor, equipment_id=pk, **form.cleaned_data)
        if tried.done:
            messages.success(request, _("The calibration of %(code)s is kept.") % {"code": equipment.code})
            return redirect(address(equipment))
    context = {"title": _("Calibration of %(code)s") % {"code": equipment.code}, "cancel_url": address(equipment)}
    return show(request, "base_form.html", context, tried=tried, form=form)
