"""Input shapes of endpoints."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Site
from foundation.webhooks.services.endpoints import MOST_OVERLAP


class EndpointForm(forms.Form):
    """Who is told what. The events offered are those that the actor may have told."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Of the system that is told."))
    url = forms.CharField(
        label=_("Address"),
        max_length=1000,
        help_text=_("Begins with https:// and is not inside this network, unless the settings list it."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"}),
    )
    site = forms.ModelChoiceField(
        label=_("Site"),
        queryset=Site.objects.none(),
        required=False,
        empty_label=_("Every site"),
        help_text=_("It hears of records of this site only, and of definitions."),
    )
    kinds = forms.MultipleChoiceField(label=_("Events"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, kinds: list[str], sites: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = [(kind, kind) for kind in kinds]  # type: ignore[attr-defined]
        if sites is None:
            del self.fields["site"]
        else:
            self.fields["site"].queryset = sites  # type: ignore[attr-defined]


class RotateForm(forms.Form):
    overlap_hours = forms.IntegerField(
        label=_("Hours for which the former secret signs too"),
        min_value=0,
        max_value=MOST_OVERLAP,
        initial=24,
        help_text=_("0 when it may have leaked: it is out at once."),
    )
