"""Qualifications: the list, and who holds one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core import clock
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import attempt, show
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.records.selectors import ledger_of
from resources.personnel import selectors, services
from resources.personnel.forms import GrantForm, QualificationForm
from resources.personnel.models import Qualification
from resources.personnel.policies import MANAGE, VIEW

SHOWN = 300


def address(row: Qualification) -> str:
    return reverse("personnel:qualification", args=[row.pk])


@login_required
@require_safe
def qualification_list(request: HttpRequest) -> HttpResponse:
    """What operations may ask of people, and how many hold it now."""
    require(actor_of(request), VIEW)
    return ListPage(
        title=_("Qualifications"),
        rows=selectors.qualification_list(),
        sort="code",
        file_name="qualifications",
        columns=(
            Column("code", _("Qualification"), kind="code", sort="code", link=address),
            Column("name", _("Name"), kind="localized"),
            Column("valid_days", _("Valid for days"), kind="number"),
            Column("holders", _("People who hold it"), kind="number", sort="holders"),
        ),
        search=("code", "name"),
        actions=(Action(_("New qualification"), reverse("personnel:qualification-create"), permission=MANAGE),),
        empty=Empty(_("No qualifications yet"), _("An operation names what its people must be qualified for.")),
    ).render(request)


@login_required
def qualification_create(request: HttpRequest) -> HttpResponse:
    """A new qualification."""
    actor = actor_of(request)
    require(actor, MANAGE)
    form, tried = QualificationForm(request.POST or None), None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            made = services.create_qualification(actor=actor, **form.values())
        if tried.done:
            messages.success(request, _("Qualification %(code)s is there.") % {"code": made.code})
            return redirect(address(made))
    context = {"title": _("New qualification"), "cancel_url": reverse("personnel:qualification-list")}
    return show(request, "base_form.html", context, tried=tried, form=form)


@login_required
def qualification_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Who holds it or held it; POST grants it to a person."""
    actor = actor_of(request)
    require(actor, VIEW)
    qualification = get_object_or_404(Qualification, pk=pk)
    form, tried = GrantForm(request.POST or None), None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            grant = services.grant_qualification(actor=actor, qualification=qualification, **form.values())
        if tried.done:
            messages.success(request, _("%(name)s is qualified.") % {"name": grant.user.name})
            return redirect(address(qualification))
    moment = clock.now()
    grants = selectors.grants_of(qualification)[:SHOWN]
    context = {
        "qualification": qualification,
        "grants": [{"grant": grant, "in_force": grant.holds_at(moment)} for grant in grants],
        "timeline": ledger_of(RecordRef.to(qualification))[:50],
    }
    return show(request, "personnel/qualification.html", context, tried=tried, form=form)


@login_required
@require_POST
def grant_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a grant at once, with the reason."""
    grant = services.revoke_qualification(actor=actor_of(request), grant_id=pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("%(name)s is not qualified any more.") % {"name": grant.user.name})
    return redirect(address(grant.qualification))
