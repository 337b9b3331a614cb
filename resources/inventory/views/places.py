"""Places."""

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
from foundation.core.web.attempts import attempt, show
from foundation.core.web.lists import Action, Column, ListPage
from resources.inventory import services
from resources.inventory.forms import PlaceForm
from resources.inventory.models import Place
from resources.inventory.policies import MANAGE_PLACES, VIEW


@login_required
@require_safe
def place_list(request: HttpRequest) -> HttpResponse:
    """Where stock can be, and where it comes from and goes to."""
    actor = actor_of(request)
    require(actor, VIEW)
    return ListPage(
        title=_("Places"),
        rows=Place.objects.visible_to(actor).select_related("site"),
        sort="code",
        file_name="places",
        columns=(
            Column("code", _("Place"), kind="code", sort="code", link=_stock_at),
            Column("name", _("Name"), kind="localized"),
            Column("kind", _("Kind"), value="get_kind_display", sort="kind"),
            Column("released_only", _("Released stock only"), kind="flag"),
            Column("site", _("Site"), value="site.code"),
        ),
        search=("code",),
        actions=(
            Action(_("New place"), reverse("inventory:place-create"), icon_name="plus", permission=MANAGE_PLACES),
        ),
    ).render(request)


def _stock_at(place: Place) -> str:
    return f"{reverse('inventory:stock-list')}?place={place.pk}"


@login_required
def place_create(request: HttpRequest) -> HttpResponse:
    """A new place."""
    actor = actor_of(request)
    require(actor, MANAGE_PLACES)
    form = PlaceForm(request.POST or None)
    tried = None
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            place = services.create_place(actor=actor, **form.values())
        if tried.done:
            messages.success(request, _("Place %(code)s is there.") % {"code": place.code})
            return redirect("inventory:place-list")
    context = {"title": _("New place"), "cancel_url": reverse("inventory:place-list")}
    return show(request, "base_form.html", context, tried=tried, form=form)
