"""Filters of the lists."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy

from shopfloor.models import ProductionBatch, WorkOrder
from shopfloor.states import OrderKind, OrderState


class OrderFilter(django_filters.FilterSet):  # type: ignore[misc]
    state = django_filters.ChoiceFilter(choices=OrderState, label=gettext_lazy("State"))
    kind = django_filters.ChoiceFilter(choices=OrderKind, label=gettext_lazy("Kind"))
    item = django_filters.CharFilter(field_name="item__number", lookup_expr="iexact", label=gettext_lazy("Item number"))

    class Meta:
        model = WorkOrder
        fields: list[str] = []


class BatchFilter(django_filters.FilterSet):  # type: ignore[misc]
    item = django_filters.CharFilter(
        field_name="order__item__number", lookup_expr="iexact", label=gettext_lazy("Item number")
    )

    class Meta:
        model = ProductionBatch
        fields: list[str] = []
