"""Change requests: list, raise, edit, the record, and its acts."""

from __future__ import annotations

import django_filters
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from changecontrol import services
from changecontrol.forms import ImplementForm, PlanForm, RaiseForm, free_drafts
from changecontrol.models import ChangeRequest
from changecontrol.selectors import affected_of, compare_affected
from changecontrol.selectors.pages import attach_change_signatures, signatures_of_revisions, stages_of
from changecontrol.services.impact import orders_of
from changecontrol.states import OPEN, RAISE, VIEW, ChangeState, Kind, OrderChoice
from changecontrol.views.pages import change_or_404, page
from foundation.accounts.policies import require
from foundation.accounts.web import actor_of, credentials_of
from foundation.core.errors import TransitionNotAllowed
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import Attempt, attempt, show
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.records.manifest import SIGNED
from routing.models import RoutingRevision


class ChangeFilter(django_filters.FilterSet):  # type: ignore[misc]
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=ChangeState.choices)
    kind = django_filters.ChoiceFilter(label=gettext_lazy("Type"), choices=Kind.choices)

    class Meta:
        model = ChangeRequest
        fields: list[str] = []


COLUMNS = (
    Column(
        "number", gettext_lazy("Change"), kind="code", sort="number",
        link=lambda row: reverse("changecontrol:change", args=[row.pk]),
    ),
    Column("title", gettext_lazy("Title"), kind="localized"),
    Column("kind", gettext_lazy("Type"), value="get_kind_display", sort="kind"),
    Column("severity", gettext_lazy("Class"), value="get_severity_display"),
    Column("state", gettext_lazy("State"), kind="state", sort="state"),
    Column("state_since", gettext_lazy("Since"), kind="moment", sort="state_since"),
    Column("raised_by", gettext_lazy("Raised by"), value="raised_by.name"),
    SIGNED,
)  # fmt: skip


@login_required
@require_GET
def change_list(request: HttpRequest) -> HttpResponse:
    require(actor_of(request), VIEW)
    new = Action(_("Raise a change"), reverse("changecontrol:raise"), permission=RAISE)
    return ListPage(
        title=_("Change requests"),
        rows=ChangeRequest.objects.select_related("raised_by"),
        columns=COLUMNS,
        sort="-number",
        search=("number", "title__en__i", "title__zh-hans__i", "reason"),
        filters=ChangeFilter,
        actions=(new,),
        empty=Empty(
            _("No changes yet"), _("A routing or parts list is published by a change, and in no other way."), new
        ),
        file_name="changes",
        prepare=attach_change_signatures,
    ).render(request)


@login_required
def raise_change(request: HttpRequest) -> HttpResponse:
    """A new change; ``?routing=`` or ``?bom=`` chooses a draft beforehand."""
    actor = actor_of(request)
    require(actor, RAISE)
    initial = {"severity": "minor", "routings": request.GET.getlist("routing"), "boms": request.GET.getlist("bom")}
    form = RaiseForm(request.POST or None, initial=initial)
    tried = None
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        with attempt(form) as tried:
            change = services.raise_change(
                actor=actor,
                title=form.texts,
                kind=data["kind"],
                severity=data["severity"],
                reason=data["reason"],
                routing_revision_ids=[row.pk for row in data["routings"]],
                bom_revision_ids=[row.pk for row in data["boms"]],
            )
        if tried.done:
            return redirect("changecontrol:impact", change.pk)
    context = {"title": _("Raise a change"), "cancel_url": reverse("changecontrol:change-list")}
    return show(request, "changecontrol/raise.html", context, tried=tried, form=form)


@login_required
def edit_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Text and plan, before submission."""
    actor, change = actor_of(request), change_or_404(pk)
    require(actor, RAISE)
    form = PlanForm(request.POST or None, initial=PlanForm.initial_of(change))
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            services.edit_change(actor=actor, change_id=pk, changes=form.changes)
        if tried.done:
            return redirect("changecontrol:change", pk)
    context = {"title": _("Text and plan of %(number)s") % {"number": change.number}, "change": change}
    context["cancel_url"] = reverse("changecontrol:change", args=[pk])
    return show(request, "changecontrol/raise.html", context, tried=tried, form=form)


@login_required
@require_GET
def change(request: HttpRequest, pk: int) -> HttpResponse:
    require(actor_of(request), VIEW)
    return overview(request, pk)


def overview(request: HttpRequest, pk: int, tried: Attempt | None = None) -> HttpResponse:
    """Stages, plan, what it carries, what each open order does."""
    found = change_or_404(pk)
    decided = {row.order_number: row for row in found.order_decisions.order_by("order_number")}
    live = {order.number: order for order in orders_of(found)} if found.state in OPEN else {}
    context = {
        "stages": stages_of(found),
        "affected": affected_of(found),
        "orders": [
            {"number": number, "order": live.get(number), "decision": decided.get(number)}
            for number in sorted({*decided, *live})
        ],
        "order_choices": OrderChoice.choices,
        "drafts": free_drafts(RoutingRevision),
        "effectivities": found.effectivities.select_related("card").order_by("pk"),
    }
    return page(request, found, "change", "changecontrol/change.html", context, tried)


@login_required
@require_GET
def comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """Each carried revision line by line against the effective one, with its signatures."""
    require(actor_of(request), VIEW)
    found = change_or_404(pk)
    signed = signatures_of_revisions(found)
    rows = [
        {"comparison": compare_affected(row), "signatures": signed[RecordRef.to(row.revision)]}
        for row in affected_of(found)
    ]
    return page(request, found, "comparison", "changecontrol/comparison.html", {"comparisons": rows})


@login_required
@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Submit, withdraw, reopen, close, implement. A refusal comes back on the page of the change."""
    actor, reason = actor_of(request), request.POST.get("reason", "")
    with attempt() as tried:
        if verb == "submit":
            services.submit_change(actor=actor, change_id=pk)
            messages.success(request, _("Submitted: everything that it carries is frozen until it is decided."))
        elif verb == "withdraw":
            services.withdraw_change(actor=actor, change_id=pk, reason=reason)
        elif verb == "reopen":
            services.reopen_change(actor=actor, change_id=pk, reason=reason)
        elif verb == "close":
            services.close_change(actor=actor, change_id=pk, reason=reason)
        elif verb == "implement":
            _implement(request, pk)
        else:
            raise TransitionNotAllowed(_("There is no such act."))
    return redirect("changecontrol:change", pk) if tried.done else overview(request, pk, tried)


def _implement(request: HttpRequest, pk: int) -> None:
    form = ImplementForm(request.POST)
    moment = form.cleaned_data["effective_from"] if form.is_valid() else None
    services.implement_change(actor=actor_of(request), change_id=pk, effective_from=moment)
    messages.success(request, _("Implemented: the process cards are published."))


@sensitive_post_parameters("secret", "factor")
@login_required
@require_POST
def sign(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Approve or refuse, with credentials. A wrong secret comes back on the page."""
    actor, credentials = actor_of(request), credentials_of(request)
    with attempt() as tried:
        if verb == "approve":
            services.approve_change(actor=actor, change_id=pk, credentials=credentials)
            messages.success(request, _("Signed."))
        else:
            reason = request.POST.get("reason", "")
            services.refuse_change(actor=actor, change_id=pk, credentials=credentials, reason=reason)
            messages.success(request, _("Refused: the drafts can be edited again."))
    return redirect("changecontrol:change", pk) if tried.done else overview(request, pk, tried)


@login_required
@require_POST
def add_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the change carry one more routing draft."""
    chosen = request.POST.get("routing", "")
    with attempt() as tried:
        services.add_affected(
            actor=actor_of(request), change_id=pk, routing_revision_id=int(chosen) if chosen.isdigit() else None
        )
    return redirect("changecontrol:change", pk) if tried.done else overview(request, pk, tried)


@login_required
@require_POST
def remove_draft(request: HttpRequest, pk: int, affected: int) -> HttpResponse:
    """Let a draft go, with a reason."""
    reason = request.POST.get("reason", "")
    with attempt() as tried:
        services.remove_affected(actor=actor_of(request), change_id=pk, affected_id=affected, reason=reason)
    return redirect("changecontrol:change", pk) if tried.done else overview(request, pk, tried)


@login_required
@require_POST
def decide_order(request: HttpRequest, pk: int) -> HttpResponse:
    """What one open order does."""
    with attempt() as tried:
        services.decide_order(
            actor=actor_of(request),
            change_id=pk,
            order_number=request.POST.get("order", ""),
            choice=request.POST.get("choice", ""),
            reason=request.POST.get("reason", ""),
        )
    return redirect("changecontrol:change", pk) if tried.done else overview(request, pk, tried)
