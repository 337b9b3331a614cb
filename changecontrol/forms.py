"""Shapes of the input of change control's screens. What is right is said by the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from bom.models import BomRevision
from changecontrol.models import ChangeRequest
from changecontrol.states import ImpactKind, Kind, OrderChoice, Scope, Severity
from foundation.core.texts import localized
from foundation.records.models import RevisionState
from routing.models import RoutingRevision

LANGUAGES = [code for code, _name in settings.LANGUAGES]
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class TextsForm(forms.Form):
    """A form with one text in each language of the product; the first one is needed."""

    TEXT = "title"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(settings.LANGUAGES)
        for number, code in enumerate(LANGUAGES):
            field = forms.CharField(label=f"{self.words} ({names[code]})", required=number == 0, max_length=200)
            self.fields[f"{self.TEXT}_{code}"] = field
        self.order_fields([f"{self.TEXT}_{code}" for code in LANGUAGES])

    words: Any = _("Title")

    @property
    def texts(self) -> dict[str, str]:
        """``{language: text}`` of what was filled in."""
        given = {code: self.cleaned_data.get(f"{self.TEXT}_{code}", "").strip() for code in LANGUAGES}
        return {code: text for code, text in given.items() if text}


class RaiseForm(TextsForm):
    """A new change. The drafts that no open change carries are offered."""

    kind = forms.ChoiceField(label=_("Type"), choices=Kind.choices)
    severity = forms.ChoiceField(label=_("Class"), choices=Severity.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))
    routings = forms.ModelMultipleChoiceField(
        label=_("Routing drafts"), queryset=RoutingRevision.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    boms = forms.ModelMultipleChoiceField(
        label=_("Parts list drafts"), queryset=BomRevision.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A routing brings the draft of its parts list by itself."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["routings"].queryset = free_drafts(RoutingRevision)  # type: ignore[attr-defined]
        self.fields["boms"].queryset = free_drafts(BomRevision)  # type: ignore[attr-defined]
        for name in ("routings", "boms"):
            self.fields[name].label_from_instance = words_of  # type: ignore[attr-defined]


def free_drafts(model: Any) -> Any:
    """Revisions in draft or in review that no open change carries."""
    carried = ChangeRequest.objects.open()
    rows = model.objects.filter(state__in=[RevisionState.DRAFT, RevisionState.IN_REVIEW]).exclude(
        changes__change__in=carried
    )
    return rows.select_related("item").order_by("number")


def words_of(revision: RoutingRevision | BomRevision) -> str:
    return f"{revision.number} {localized(revision.item.name)}"


class PlanForm(TextsForm):
    """The text and the plan of a change that is not submitted."""

    kind = forms.ChoiceField(label=_("Type"), choices=Kind.choices)
    severity = forms.ChoiceField(label=_("Class"), choices=Severity.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))
    planned_scope = forms.ChoiceField(label=_("Effective"), choices=Scope.choices, widget=forms.RadioSelect)
    planned_orders = forms.CharField(
        label=_("Orders"), required=False, help_text=_("Order numbers, separated by spaces; only for “one order”.")
    )
    planned_from = forms.DateTimeField(
        label=_("Effective from"), required=False, widget=MOMENT, help_text=_("Empty: when it is implemented.")
    )
    later_orders = forms.ChoiceField(
        label=_("Orders dispatched between submission and effect"), choices=OrderChoice.choices
    )

    @classmethod
    def initial_of(cls, change: ChangeRequest) -> dict[str, Any]:
        names = ("kind", "severity", "reason", "planned_scope", "planned_from", "later_orders")
        return {
            **{name: getattr(change, name) for name in names},
            **{f"title_{code}": change.title.get(code, "") for code in LANGUAGES},
            "planned_orders": " ".join(change.planned_orders),
        }

    @property
    def changes(self) -> dict[str, Any]:
        """As `services.edit_change` takes them."""
        data = {name: value for name, value in self.cleaned_data.items() if not name.startswith("title_")}
        return {**data, "planned_orders": sorted(set(data["planned_orders"].split())), "title": self.texts}


class ImpactForm(TextsForm):
    """An entry that the computation does not know."""

    TEXT = "text"
    words = _("What is touched")
    kind = forms.ChoiceField(label=_("Kind"), choices=ImpactKind.choices)


class ImplementForm(forms.Form):
    effective_from = forms.DateTimeField(
        label=_("Effective from"), required=False, widget=MOMENT, help_text=_("Empty: at once.")
    )
