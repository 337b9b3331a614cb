"""Filters of the lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, pgettext_lazy

from foundation.accounts.web import actor_of
from foundation.core import clock
from resources.inventory.models import Hold, Lot, Place, StockUnit
from resources.inventory.states import HoldKind, StockStatus

STATES = (
    ("open", pgettext_lazy("a hold", "In force")),
    ("lifted", gettext_lazy("Lifted")),
    ("all", gettext_lazy("All")),
)
EXPIRY = (("expired", gettext_lazy("Expired")), ("good", gettext_lazy("Not expired")))


class LotFilter(django_filters.FilterSet):  # type: ignore[misc]
    item = django_filters.CharFilter(field_name="item__number", lookup_expr="iexact", label=gettext_lazy("Item number"))
    expiry = django_filters.ChoiceFilter(choices=EXPIRY, method="by_expiry", label=gettext_lazy("Expiry"))

    class Meta:
        model = Lot
        fields: list[str] = []

    def by_expiry(self, rows: QuerySet[Lot], _name: str, value: str) -> QuerySet[Lot]:
        today = clock.today()
        expired = rows.filter(expires_on__lt=today)
        return expired if value == "expired" else rows.exclude(expires_on__lt=today)


def _places(request: HttpRequest) -> QuerySet[Place]:
    """The places that this reader sees."""
    rows: QuerySet[Place] = Place.objects.visible_to(actor_of(request))
    return rows


class StockFilter(django_filters.FilterSet):  # type: ignore[misc]
    item = django_filters.CharFilter(
        field_name="lot__item__number", lookup_expr="iexact", label=gettext_lazy("Item number")
    )
    status = django_filters.ChoiceFilter(choices=StockStatus, label=gettext_lazy("Status"))
    place = django_filters.ModelChoiceFilter(queryset=_places, label=gettext_lazy("Place"))
    empty = django_filters.BooleanFilter(method="by_emptiness", label=gettext_lazy("Empty too"))

    class Meta:
        model = StockUnit
        fields: list[str] = []

    def by_emptiness(self, rows: QuerySet[StockUnit], _name: str, value: bool) -> QuerySet[StockUnit]:
        return rows

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("empty") else rows.filter(quantity__gt=0)


class HoldFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What is held now, unless somebody asks for what was."""

    state = django_filters.ChoiceFilter(
        choices=STATES, method="by_state", empty_label=None, label=gettext_lazy("State")
    )
    kind = django_filters.ChoiceFilter(choices=HoldKind, label=gettext_lazy("What is held"))

    class Meta:
        model = Hold
        fields: list[str] = []

    def by_state(self, rows: QuerySet[Hold], _name: str, value: str) -> QuerySet[Hold]:
        return rows

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        state = self.form.cleaned_data.get("state") or "open"
        return rows if state == "all" else rows.filter(lifted_at__isnull=state == "open")
