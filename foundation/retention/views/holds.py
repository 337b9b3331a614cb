"""Legal holds: the list, placing one, lifting one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of, credentials_of
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import attempt, show
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.records.selectors import ledger_of
from foundation.records.services import shown_hash
from foundation.retention.forms import PERIOD, LegalHoldForm
from foundation.retention.models import LegalHold
from foundation.retention.policies import may_lift
from foundation.retention.services import lift_legal_hold, place_legal_hold
from foundation.retention.services.holds import lifting_shown
from foundation.retention.states import HOLD, VIEW, HoldState
from foundation.retention.subjects import kinds
from foundation.retention.views.words import seen


@login_required
@require_safe
def hold_list(request: HttpRequest) -> HttpResponse:
    """Every legal hold, lifted ones too, the newest first."""
    actor = actor_of(request)
    require(actor, VIEW)
    return ListPage(
        title=_("Legal holds"),
        lead=_("They protect records, not stock: nothing that one covers is disposed of."),
        rows=seen(LegalHold.objects.visible_to(actor), actor),
        sort="-number",
        file_name="legal-holds",
        columns=(
            Column(
                "number",
                _("Legal hold"),
                kind="code",
                sort="number",
                link=lambda hold: reverse("retention:hold", args=[hold.pk]),
            ),
            Column("state", _("State"), kind="state", sort="state"),
            Column("matter", _("Matter"), kind="words"),
            Column("subject_number", _("What it covers"), kind="code"),
            Column("period_from", _("From"), kind="day"),
            Column("period_until", _("Until"), kind="day"),
            Column("placed_by_name", _("Placed by"), kind="who"),
            Column("placed_at", _("Placed"), kind="moment", sort="placed_at"),
            Column("lifted_by_name", _("Lifted by"), kind="who"),
            Column("lifted_at", _("Lifted"), kind="moment", sort="lifted_at"),
        ),
        search=("number", "matter", "reason", "subject_number"),
        actions=(Action(_("Place a legal hold"), reverse("retention:hold-place"), "gavel", permission=HOLD),),
        empty=Empty(
            _("No legal holds"), _("One is placed when a dispute, a recall or an inquiry may need the records.")
        ),
    ).render(request)


@login_required
def hold_place(request: HttpRequest) -> HttpResponse:
    """Hold the records of a lot, an item, an order or one record, or those of a period."""
    actor = actor_of(request)
    require(actor, HOLD)
    initial = {name: request.GET.get(name, "") for name in ("scope", "number")}
    form = LegalHoldForm(request.POST or None, initial=initial)
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            given = form.cleaned_data
            hold = place_legal_hold(actor=actor, matter=given["matter"], reason=given["reason"], **_scope(actor, given))
        if tried.done:
            messages.success(request, _("The legal hold %(number)s is in force.") % {"number": hold.number})
            return redirect("retention:hold", hold.pk)
    context = {"title": _("Place a legal hold"), "cancel_url": reverse("retention:hold-list")}
    return show(request, "retention/hold_place.html", context, tried=tried, form=form)


def _scope(actor: Actor, given: dict[str, Any]) -> dict[str, Any]:
    if given["scope"] == PERIOD:
        return {"period": (given["period_from"], given["period_until"])}
    find = kinds()[given["scope"]].find
    found = find(actor, given["number"].strip()) if find else None
    if found is None:
        raise NotValid(_("There is nothing, or more than one, of this number."), field="number")
    return {"subject": found}


@login_required
@require_safe
def hold_record(request: HttpRequest, pk: int) -> HttpResponse:
    """A legal hold, and the act of lifting it for who may."""
    actor = actor_of(request)
    require(actor, VIEW)
    hold: LegalHold = get_object_or_404(
        seen(LegalHold.objects.visible_to(actor), actor).select_related("signature"), pk=pk
    )
    known = kinds()
    context = {
        "hold": hold,
        "kind": known[hold.subject_label].name if hold.subject_label in known else hold.subject_label,
        "may_lift": hold.state == HoldState.IN_FORCE and bool(may_lift(actor.user_id, hold)),
        "shown": shown_hash([lifting_shown(hold)]),
        "timeline": ledger_of(RecordRef.to(hold))[:50],
    }
    return render(request, "retention/hold.html", context)


@sensitive_post_parameters("secret", "factor")
@login_required
@require_POST
def hold_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift it, signed, with the reason."""
    hold = lift_legal_hold(
        actor=actor_of(request),
        hold_id=pk,
        credentials=credentials_of(request),
        reason=request.POST.get("reason", ""),
    )
    messages.success(request, _("The legal hold %(number)s is lifted.") % {"number": hold.number})
    return redirect("retention:hold", pk)
