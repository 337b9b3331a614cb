"""The shape of what is entered about rules and legal holds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.retention.states import ForMarket, Start
from foundation.retention.subjects import kinds

PERIOD = "period"


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget)


class RuleForm(forms.Form):
    """A rule of the company."""

    record_label = forms.ChoiceField(label=gettext_lazy("Kind of record"), required=False)
    market = forms.ChoiceField(label=gettext_lazy("For products of"), choices=ForMarket, required=False)
    implants_only = forms.BooleanField(label=gettext_lazy("Only implants"), required=False)
    years = forms.IntegerField(label=gettext_lazy("Years"), min_value=1, max_value=200)
    counts_from = forms.ChoiceField(label=gettext_lazy("Counted from"), choices=Start)
    valid_from = _day(gettext_lazy("In force from"))
    source = forms.CharField(
        label=gettext_lazy("Where it is written"),
        max_length=200,
        help_text=gettext_lazy("A procedure, a contract, a law."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(kind.label, kind.name) for kind in kinds().values() if kind.facts is not None]
        self.fields["record_label"].choices = [("", _("Every kind")), *own]  # type: ignore[attr-defined]


class LegalHoldForm(forms.Form):
    """What is held: a record by its number, or a period."""

    matter = forms.CharField(
        label=gettext_lazy("Matter"), max_length=200, help_text=gettext_lazy("What people call the case.")
    )
    scope = forms.ChoiceField(label=gettext_lazy("What it covers"))
    number = forms.CharField(label=gettext_lazy("Its number"), max_length=200, required=False)
    period_from = _day(gettext_lazy("From"), required=False)
    period_until = _day(gettext_lazy("Until"), required=False)
    reason = forms.CharField(label=gettext_lazy("Why"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(kind.label, kind.name) for kind in kinds().values() if kind.findable]
        self.fields["scope"].choices = [  # type: ignore[attr-defined]
            *own,
            (PERIOD, _("Everything that tells of a period")),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("scope") == PERIOD:
            for name in ("period_from", "period_until"):
                if not cleaned.get(name):
                    self.add_error(name, _("Give both days of the period."))
        elif not cleaned.get("number", "").strip():
            self.add_error("number", _("Give the number."))
        return cleaned


class PeriodForm(forms.Form):
    """Up to which day everything is archived."""

    until = _day(gettext_lazy("Up to the end of"))
