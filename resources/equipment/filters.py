"""Filters of the lists."""

import django_filters
from django.utils.translation import gettext_lazy

from resources.equipment.models import Equipment, EquipmentClass
from resources.equipment.states import EquipmentStatus


class EquipmentFilter(django_filters.FilterSet):  # type: ignore[misc]
    status = django_filters.ChoiceFilter(choices=EquipmentStatus, label=gettext_lazy("Status"))
    equipment_class = django_filters.ModelChoiceFilter(
        queryset=EquipmentClass.objects.order_by("code"), label=gettext_lazy("Class")
    )
    due = django_filters.DateFilter(
        field_name="calibration_due", lookup_expr="lte", label=gettext_lazy("Calibration due until")
    )

    class Meta:
        model = Equipment
        fields: list[str] = []
