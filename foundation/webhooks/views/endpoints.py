"""Endpoints: the list, the page of one, and its acts."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.models import Site
from foundation.accounts.policies import may_about, require, require_about
from foundation.accounts.scope import Access
from foundation.accounts.web import actor_of
from foundation.core import clock
from foundation.core.outbox import catalogue
from foundation.core.refs import RecordRef
from foundation.core.web.attempts import attempt, show
from foundation.core.web.lists import Action, Column, Empty, ListPage
from foundation.records.selectors import ledger_of
from foundation.webhooks import selectors, services
from foundation.webhooks.forms import EndpointForm, RotateForm
from foundation.webhooks.models import Endpoint
from foundation.webhooks.policies import VIEW, reading_permission, tellable
from foundation.webhooks.states import MANAGE, EndpointState

SHOWN = 20


def address(endpoint: Endpoint) -> str:
    return reverse("webhooks:endpoint", args=[endpoint.pk])


@login_required
@require_safe
def endpoint_list(request: HttpRequest) -> HttpResponse:
    """Every system that is told."""
    actor = actor_of(request)
    require(actor, VIEW)
    create = Action(_("New endpoint"), reverse("webhooks:endpoint-create"), permission=MANAGE)
    return ListPage(
        title=_("Webhooks"),
        lead=_("Other systems that are told of what happens here, each message signed."),
        rows=Endpoint.objects.visible_to(actor).select_related("site"),
        sort="name",
        file_name="webhook-endpoints",
        columns=(
            Column("name", _("Name"), sort="name", link=address),
            Column("state", _("State"), kind="state", sort="state"),
            Column("url", _("Address"), kind="code", sort="url"),
            Column("site", _("Site"), value=lambda row: row.site.code if row.site else _("Every site")),
            Column("kinds", _("Events"), kind="number", value=lambda row: len(row.kinds)),
            Column("created_by_name", _("Set up by"), kind="who", sort="created_by_name"),
            Column("created_at", _("Since"), kind="moment", sort="created_at"),
        ),
        search=("name", "url"),
        actions=(create, Action(_("Events"), reverse("webhooks:event-list"), icon_name="list", primary=False)),
        empty=Empty(
            _("No system is told"), _("An ERP, a warehouse or a monitoring system can be told at once."), create
        ),
    ).render(request)


@login_required
@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """The catalogue: names, versions and shapes."""
    require(actor_of(request), VIEW)
    kinds = [
        {"kind": kind, "permission": reading_permission(kind), "properties": kind.shape["properties"]}
        for kind in catalogue().values()
    ]
    return render(request, "webhooks/events.html", {"kinds": kinds})


@never_cache
@login_required
def endpoint_create(request: HttpRequest) -> HttpResponse:
    """Sets it up, and shows its secret this once."""
    actor = actor_of(request)
    require(actor, MANAGE)
    access = Access(actor)
    sites = access.sites(MANAGE)
    everywhere = Site.objects.order_by("code")
    offered = everywhere if sites is None else everywhere.filter(pk__in=sites)
    kinds = sorted({name for at in (None, *offered) for name in tellable(actor, at.pk if at else None, access)})
    form, tried = EndpointForm(request.POST or None, kinds=kinds, sites=offered), None
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        site_id = given["site"].pk if given["site"] else None
        with attempt(form) as tried:
            made, secret = services.create_endpoint(
                actor=actor, name=given["name"], url=given["url"], kinds=given["kinds"], site_id=site_id
            )
        if tried.done:
            return _shown(request, made, secret=secret)
    context = {"title": _("New endpoint"), "cancel_url": reverse("webhooks:endpoint-list")}
    return show(request, "webhooks/endpoint_form.html", context, tried=tried, form=form)


@login_required
def endpoint_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, address and events; where it is, it stays."""
    actor = actor_of(request)
    endpoint = get_object_or_404(Endpoint.objects.visible_to(actor), pk=pk)
    require_about(actor, MANAGE, endpoint)
    now = {"name": endpoint.name, "url": endpoint.url, "kinds": endpoint.kinds}
    kinds = sorted({*tellable(actor, endpoint.site_id), *endpoint.kinds})
    form, tried = EndpointForm(request.POST or None, initial=now, kinds=kinds), None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            services.change_endpoint(actor=actor, endpoint_id=endpoint.pk, **form.cleaned_data)
        if tried.done:
            return redirect("webhooks:endpoint", endpoint.pk)
    context = {"title": _("Change %(name)s") % {"name": endpoint.name}, "cancel_url": address(endpoint)}
    return show(request, "webhooks/endpoint_form.html", context, tried=tried, form=form)


@login_required
@require_safe
def endpoint_record(request: HttpRequest, pk: int) -> HttpResponse:
    """One endpoint with its newest deliveries and its trail."""
    return _shown(request, get_object_or_404(Endpoint.objects.visible_to(actor_of(request)), pk=pk))


@never_cache
@login_required
def endpoint_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret, shown this once."""
    actor = actor_of(request)
    endpoint = get_object_or_404(Endpoint.objects.visible_to(actor), pk=pk)
    require_about(actor, MANAGE, endpoint)
    form, tried = RotateForm(request.POST or None), None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            endpoint, secret = services.rotate_secret(
                actor=actor, endpoint_id=endpoint.pk, overlap_hours=form.cleaned_data["overlap_hours"]
            )
        if tried.done:
            return _shown(request, endpoint, secret=secret)
    context = {"title": _("A new secret for %(name)s") % {"name": endpoint.name}, "cancel_url": address(endpoint)}
    return show(request, "webhooks/rotate.html", context, tried=tried, form=form)


@login_required
@require_POST
def endpoint_pause(request: HttpRequest, pk: int) -> HttpResponse:
    services.pause_endpoint(actor=actor_of(request), endpoint_id=pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("Nothing is sent for now. What happens meanwhile is kept."))
    return redirect("webhooks:endpoint", pk)


@login_required
@require_POST
def endpoint_resume(request: HttpRequest, pk: int) -> HttpResponse:
    services.resume_endpoint(actor=actor_of(request), endpoint_id=pk)
    messages.success(request, _("It is told again, beginning with what waits."))
    return redirect("webhooks:endpoint", pk)


@login_required
@require_POST
def endpoint_end(request: HttpRequest, pk: int) -> HttpResponse:
    services.end_endpoint(actor=actor_of(request), endpoint_id=pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("It is told nothing any more."))
    return redirect("webhooks:endpoint", pk)


@login_required
@require_POST
def endpoint_ping(request: HttpRequest, pk: int) -> HttpResponse:
    made = services.send_ping(actor=actor_of(request), endpoint_id=pk)
    messages.success(request, _("The test is on its way. Its answer appears here."))
    return redirect("webhooks:delivery", made.pk)


@login_required
@require_POST
def endpoint_redeliver(request: HttpRequest, pk: int) -> HttpResponse:
    services.redeliver_given_up(actor=actor_of(request), endpoint_id=pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("What was given up is sent again."))
    return redirect("webhooks:endpoint", pk)


def _shown(request: HttpRequest, endpoint: Endpoint, *, secret: str = "") -> HttpResponse:
    actor = actor_of(request)
    deliveries = selectors.visible_deliveries(actor).filter(endpoint=endpoint).order_by("-pk")[:SHOWN]
    context = {
        "endpoint": endpoint,
        "secret": secret,
        "deliveries": deliveries,
        "given_up": selectors.undelivered(endpoint, given_up=True).exists(),
        "manages": bool(may_about(actor, MANAGE, endpoint)) and endpoint.state != EndpointState.ENDED,
        "overlaps": len(endpoint.salts_at(clock.now())) > 1,
        "timeline": ledger_of(RecordRef.to(endpoint)).exclude(verb="webhooks.delivery.tried")[:SHOWN],
    }
    return render(request, "webhooks/endpoint.html", context)
