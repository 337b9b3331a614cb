"""Input shapes of quality's acts."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.core.web.forms import DecimalField
from quality.states import DispositionKind


class CauseForm(forms.Form):
    """Coded cause and narrative."""

    cause_code = forms.CharField(label=_("Cause code"), max_length=60)
    cause = forms.CharField(label=_("Cause"), widget=forms.Textarea(attrs={"rows": 3}))


class DispositionForm(forms.Form):
    """What is decided for how much of it."""

    kind = forms.ChoiceField(label=_("Disposition"), choices=DispositionKind.choices)
    quantity = DecimalField(label=_("Quantity"))
    justification = forms.CharField(label=_("Justification"), widget=forms.Textarea(attrs={"rows": 3}))
    rework_operation = forms.IntegerField(label=_("Rework at operation"), required=False)
    regulatory_requirements_met = forms.NullBooleanField(label=_("Regulatory requirements are met"), required=False)
    expires_on = forms.DateField(
        label=_("Concession ends on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
