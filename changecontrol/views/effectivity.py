"""Which card applies, since when and by which change."""

from __future__ import annotations

import django_filters
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from changecontrol.models import Effectivity
from changecontrol.states import VIEW, Scope
from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core import clock
from foundation.core.web.lists import Column, Empty, ListPage


class EffectivityFilter(django_filters.FilterSet):  # type: ignore[misc]
    scope = django_filters.ChoiceFilter(label=gettext_lazy("Scope"), choices=Scope.choices)
    now = django_filters.BooleanFilter(label=gettext_lazy("In force now"), method="in_force")

    class Meta:
        model = Effectivity
        fields: list[str] = []

    def in_force(self, rows: QuerySet[Effectivity], _name: str, wanted: bool) -> QuerySet[Effectivity]:
        current = Effectivity.objects.at(clock.now()).values("pk")
        return rows.filter(pk__in=current) if wanted else rows.exclude(pk__in=current)


COLUMNS = (
    Column("item", gettext_lazy("Item"), kind="code", value="item.number", sort="item__number"),
    Column("name", gettext_lazy("Name"), kind="localized", value="item.name"),
    Column(
        "card", gettext_lazy("Process card"), kind="code", value="card.number", sort="card__number",
        link=lambda row: reverse("routing:card", args=[row.card_id]),
    ),
    Column("revision", gettext_lazy("Revision"), value="card.revision"),
    Column("purpose", gettext_lazy("Purpose"), value="get_purpose_display"),
    Column("scope", gettext_lazy("Scope"), value="get_scope_display"),
    Column("order_number", gettext_lazy("Order"), kind="code"),
    Column("valid_from", gettext_lazy("From"), kind="moment", sort="valid_from"),
    Column("valid_until", gettext_lazy("Until"), kind="moment", sort="valid_until"),
    Column(
        "change", gettext_lazy("Change"), kind="code", value="change.number",
        link=lambda row: reverse("changecontrol:change", args=[row.change_id]),
    ),
)  # fmt: skip


@login_required
@require_GET
def effectivity_list(request: HttpRequest) -> HttpResponse:
    require(actor_of(request), VIEW)
    return ListPage(
        title=_("Effectivity"),
        lead=_("Which process card applies, from when, and by which change."),
        rows=Effectivity.objects.select_related("item", "card", "change"),
        columns=COLUMNS,
        sort="-valid_from",
        search=("item__number", "card__number", "change__number", "order_number"),
        filters=EffectivityFilter,
        empty=Empty(_("No card is effective yet"), _("Raise a change for a routing, approve and implement it.")),
        file_name="effectivity",
    ).render(request)
