"""Stations: the registered devices of the floor."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from foundation.accounts import services
from foundation.accounts.forms import StationRegisterForm
from foundation.accounts.models import Station
from foundation.accounts.policies import require
from foundation.accounts.scope import Access
from foundation.accounts.web import actor_of
from foundation.core.web.attempts import attempt, show
from foundation.core.web.lists import Action, Column, Empty, ListPage

MANAGE = "accounts.manage_stations"

COLUMNS = (
    Column(
        "code",
        gettext_lazy("Code"),
        kind="code",
        sort="code",
        link=lambda station: reverse("accounts:station", args=[station.pk]),
    ),
    Column("name", gettext_lazy("Name"), kind="localized"),
    Column("site", gettext_lazy("Site"), value="site.code", sort="site__code"),
    Column("work_center", gettext_lazy("Work center"), sort="work_center"),
    Column(
        "active",
        gettext_lazy("State"),
        kind="state",
        value=lambda station: "in_force" if station.active else "retired",
        label=lambda station: _("In use") if station.active else _("Not in use"),
    ),
)


@login_required
def station_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, MANAGE)
    create = Action(_("Register a station"), reverse("accounts:station-create"), icon_name="device-tablet-plus")
    return ListPage(
        title=_("Stations"),
        rows=Station.objects.visible_to(actor).select_related("site"),
        columns=COLUMNS,
        sort="code",
        search=("code", "work_center"),
        actions=(create,),
        empty=Empty(_("No stations yet"), _("Register the first tablet of the floor."), create),
        file_name="stations",
    ).render(request)


@never_cache
@login_required
def station_create(request: HttpRequest) -> HttpResponse:
    """Registers, and shows the token this once: only its hash is kept."""
    actor = actor_of(request)
    require(actor, MANAGE)
    form = StationRegisterForm(request.POST or None, sites=Access(actor).sites(MANAGE))
    tried = None
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        name = {key: text for key, text in (("en", given["name_en"]), ("zh-hans", given["name_zh"])) if text}
        with attempt(form) as tried:
            station, token = services.register_station(
                actor=actor, code=given["code"], name=name, site=given["site"], work_center=given["work_center"]
            )
        if tried.done:
            return show(request, "accounts/station.html", {"station_shown": station, "token": token})
    context = {"title": _("Register a station"), "cancel_url": reverse("accounts:station-list")}
    return show(request, "base_form.html", context, tried=tried, form=form)


@login_required
def station_record(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    require(actor, MANAGE)
    rows = Station.objects.visible_to(actor).select_related("site")
    return show(request, "accounts/station.html", {"station_shown": get_object_or_404(rows, pk=pk)})


@login_required
@require_POST
def station_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The device is lost or taken out: it is no station any more."""
    services.withdraw_station(actor=actor_of(request), station_id=pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("This device is no station any more, and who was badged in there is out."))
    return redirect("accounts:station", pk)


@never_cache
@login_required
@require_POST
def station_token(request: HttpRequest, pk: int) -> HttpResponse:
    """A new token for a new device; the old one is refused from now on."""
    token = services.renew_station_token(actor=actor_of(request), station_id=pk)
    station = Station.objects.select_related("site").get(pk=pk)
    return show(request, "accounts/station.html", {"station_shown": station, "token": token})
