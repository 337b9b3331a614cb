"""Shapes of what people enter about equipment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy

from foundation.accounts.models import Site
from foundation.core.units import UNITS, dimension_name
from foundation.core.web.forms import DecimalField
from resources.equipment.models import EquipmentClass

DAY = {"type": "date"}


def _units() -> list[tuple[str, str]]:
    language = get_language() or ""
    shown = ((unit.code, unit.symbol(language), dimension_name(unit.dimension)) for unit in UNITS.values())
    return [("", "–"), *((code, f"{symbol} ({measures})") for code, symbol, measures in shown)]


def _kinds() -> list[tuple[str, str]]:
    return [("", "–")] + [(kind, dimension_name(kind)) for kind in sorted({unit.dimension for unit in UNITS.values()})]


class NamedForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("Code"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("Name (English)"), max_length=100)
    name_zh = forms.CharField(label=gettext_lazy("Name (Chinese)"), max_length=100, required=False)

    def values(self) -> dict[str, Any]:
        """The arguments of the service: the names by language."""
        values = dict(self.cleaned_data)
        names = {"en": values.pop("name_en"), "zh-hans": values.pop("name_zh")}
        return {**values, "name": {language: text for language, text in names.items() if text}}


class ClassForm(NamedForm):
    is_gauge = forms.BooleanField(label=gettext_lazy("A gauge: it measures, and needs a calibration"), required=False)
    quantity_kind = forms.ChoiceField(label=gettext_lazy("What it measures"), choices=_kinds, required=False)


class EquipmentForm(NamedForm):
    equipment_class = forms.ModelChoiceField(EquipmentClass.objects.order_by("code"), label=gettext_lazy("Class"))
    site = forms.ModelChoiceField(Site.objects.order_by("code"), label=gettext_lazy("Site"))
    work_center = forms.CharField(label=gettext_lazy("Work center"), max_length=60, required=False)
    serial_number = forms.CharField(label=gettext_lazy("Maker's serial number"), max_length=100, required=False)
    range_low = DecimalField(label=gettext_lazy("Measures from"), required=False, max_digits=18, decimal_places=6)
    range_high = DecimalField(label=gettext_lazy("to"), required=False, max_digits=18, decimal_places=6)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=_units, required=False)
    calibration_due = forms.DateField(
        label=gettext_lazy("Calibration due"), required=False, widget=forms.DateInput(attrs=DAY)
    )


class CalibrationForm(forms.Form):
    done_at = forms.DateTimeField(
        label=gettext_lazy("Done"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    as_found = forms.CharField(label=gettext_lazy("As found"), max_length=200)
    as_found_passed = forms.BooleanField(label=gettext_lazy("As found, it was within its tolerance"), required=False)
    doubt_low = DecimalField(
        label=gettext_lazy("It was out of tolerance from"),
        help_text=gettext_lazy("In the gauge's unit. Left empty, everything that it measured is in doubt."),
        required=False,
        max_digits=18,
        decimal_places=6,
    )
    doubt_high = DecimalField(
        label=gettext_lazy("out of tolerance up to"), required=False, max_digits=18, decimal_places=6
    )
    as_left = forms.CharField(label=gettext_lazy("As left"), max_length=200, required=False)
    passed = forms.BooleanField(label=gettext_lazy("As left, it may be used"), required=False)
    due = forms.DateField(label=gettext_lazy("Due again"), required=False, widget=forms.DateInput(attrs=DAY))
    certificate = forms.CharField(label=gettext_lazy("Certificate"), max_length=100)
    laboratory = forms.CharField(label=gettext_lazy("Laboratory"), max_length=200, required=False)
