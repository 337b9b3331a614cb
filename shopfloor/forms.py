"""What the tablet and the desk send. The tablet's entries are drawn by their own templates; these forms read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bom.models import Item, MakeOrBuy
from foundation.accounts.models import Site
from foundation.core.texts import localized
from foundation.core.web.forms import DecimalField
from resources.inventory.models import Place
from shopfloor.states import OrderKind

DEFECTS = (
    ("dimension", _("Wrong dimension")),
    ("surface", _("Surface: scratch, crack, gap")),
    ("leak", _("Leaks")),
    ("assembly", _("Assembled wrongly")),
    ("damage", _("Damaged in handling")),
    ("material", _("Material defect")),
    ("other", _("Something else")),
)

# Up to so many pieces are chosen one by one; more are reported as numbers.
ONE_BY_ONE = 12


class StampForm(forms.Form):
    """How an entry comes: its key, when it was made by the device's clock, and when the device sent it."""

    key = forms.UUIDField(required=False)
    captured_at = forms.DateTimeField(required=False)
    device_time = forms.DateTimeField(required=False)


class EntryForm(StampForm):
    """One entry of one step. ``decision``: "" as entered, correct, again (measure again), confirm (it is so)."""

    step_key = forms.CharField(max_length=20)
    unit_no = forms.IntegerField(required=False, min_value=1)
    value = forms.CharField(required=False, max_length=4000)
    equipment_code = forms.CharField(required=False, max_length=200)
    note = forms.CharField(required=False, max_length=2000)
    decision = forms.ChoiceField(required=False, choices=[(word, word) for word in ("", "correct", "again", "confirm")])


class ScanForm(StampForm):
    """A container for a step."""

    step_key = forms.CharField(max_length=20)
    unit_no = forms.IntegerField(required=False, min_value=1)
    code = forms.CharField(required=False, max_length=200)
    position = forms.CharField(required=False, max_length=20)
    quantity = DecimalField(required=False, min_value=0)


class FileForm(StampForm):
    """A recorded test."""

    step_key = forms.CharField(max_length=20)
    unit_no = forms.IntegerField(required=False, min_value=1)
    file = forms.FileField(label=_("File"))


class LookForm(forms.Form):
    """What a second person gives; which of it, the kind of check says."""

    value = forms.CharField(required=False, max_length=200)
    scanned_code = forms.CharField(required=False, max_length=200)
    equipment_code = forms.CharField(required=False, max_length=200)
    note = forms.CharField(required=False, max_length=2000)
    agreed = forms.CharField(required=False)


class JudgeForm(forms.Form):
    """Accepted or not, and why not."""

    accepted = forms.ChoiceField(choices=(("yes", _("Accept")), ("no", _("Reject"))))
    note = forms.CharField(required=False, max_length=2000)


class ReportForm(StampForm):
    """Good, scrap and rework: by piece (``piece-4`` = good) or, for many pieces, as numbers.

    ``seen``: the newest move of pieces when the form was shown. ``mark``: choose this for every piece that can be it.
    """

    good = forms.IntegerField(required=False, min_value=0, label=_("Good"))
    scrap = forms.IntegerField(required=False, min_value=0, label=_("Scrap"))
    rework = forms.IntegerField(required=False, min_value=0, label=_("Rework"))
    scrap_code = forms.ChoiceField(required=False, choices=[("", "–"), *DEFECTS], label=_("What is wrong"))
    note = forms.CharField(required=False, max_length=2000)
    seen = forms.IntegerField(required=False, min_value=0)

    def chosen(self) -> dict[int, str]:
        """What was chosen for each piece that the form showed, whether it is still here or not."""
        names = (name.removeprefix("piece-") for name in self.data if name.startswith("piece-"))
        return {int(name): self.data[f"piece-{name}"] for name in names if name.isdecimal() and len(name) < 7}

    def numbers(self) -> dict[str, Any]:
        """Counts and pieces for `report_production`."""
        chosen = self.chosen()
        if not chosen:
            return {word: self.cleaned_data[word] or 0 for word in ("good", "scrap", "rework")}
        by_word = {word: [p for p, value in chosen.items() if value == word] for word in ("good", "scrap", "rework")}
        pieces = [*by_word["good"], *by_word["scrap"], *by_word["rework"]]
        return {**{word: len(numbers) for word, numbers in by_word.items()}, "pieces": pieces}

    def undecided(self, here: Sequence[int]) -> list[int]:
        """Pieces here of which the form says nothing; none when numbers were given."""
        if any(self.cleaned_data[word] for word in ("good", "scrap", "rework")):
            return []
        chosen = self.chosen()
        return [piece for piece in here if not chosen.get(piece)] if len(here) <= ONE_BY_ONE else []


class HandOverForm(forms.Form):
    machine_state = forms.CharField(max_length=200, required=False, label=_("State of the machine"))
    note = forms.CharField(
        max_length=2000, required=False, label=_("What the next shift must know"), widget=forms.Textarea({"rows": 3})
    )


class HappenedForm(forms.Form):
    """Report what happened. It is always taken."""

    what_happened = forms.CharField(
        max_length=4000, label=_("What happened?"), widget=forms.Textarea({"rows": 4, "autofocus": True})
    )
    container = forms.CharField(max_length=200, required=False)
    refused_code = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    step_key = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    unit_no = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class AskForm(forms.Form):
    """Ask quality to open a gate for this card."""

    why = forms.CharField(
        max_length=2000, label=_("Why should it be opened?"), widget=forms.Textarea({"rows": 4, "autofocus": True})
    )
    container = forms.CharField(max_length=200, required=False)
    refused_code = forms.CharField(max_length=60, widget=forms.HiddenInput)
    step_key = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    unit_no = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class CorrectForm(StampForm):
    value = forms.CharField(max_length=4000, label=_("What it should be"))
    reason = forms.CharField(max_length=2000, label=_("Why"), widget=forms.Textarea({"rows": 3}))


class RemoveForm(StampForm):
    """What a scan put in comes out again."""

    quantity = DecimalField(required=False, min_value=0, label=_("How much comes out"))
    return_to = forms.ModelChoiceField(queryset=Place.objects.none(), label=_("Where it goes"), empty_label=None)
    reason = forms.CharField(max_length=2000, label=_("Why"), widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["return_to"]
        field.queryset = places
        field.label_from_instance = lambda place: f"{place.code} {localized(place.name)}"


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=2000, required=False)


class OrderForm(forms.Form):
    """A new order."""

    item = forms.ModelChoiceField(queryset=Item.objects.none(), label=_("Item"))
    quantity = DecimalField(label=_("Quantity"), min_value=1, decimal_places=0)
    kind = forms.ChoiceField(choices=OrderKind.choices, label=_("Kind"), initial=OrderKind.PRODUCTION)
    site = forms.ModelChoiceField(queryset=Site.objects.none(), label=_("Site"), empty_label=None)
    due = forms.DateField(required=False, label=_("Due"), widget=forms.DateInput({"type": "date"}))
    note = forms.CharField(required=False, max_length=2000, label=_("Note"), widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item: Any = self.fields["item"]
        site: Any = self.fields["site"]
        item.queryset = Item.objects.filter(make_or_buy=MakeOrBuy.MAKE).exclude(tracking="none").order_by("number")
        item.label_from_instance = lambda row: f"{row.number} · {localized(row.name)}"
        site.queryset = Site.objects.order_by("code")
        site.label_from_instance = lambda row: f"{row.code} · {localized(row.name)}"


class SerialsForm(forms.Form):
    """Serial numbers at dispatch: one per line; left empty, they are numbered."""

    serials = forms.CharField(
        required=False,
        label=_("Serial numbers"),
        help_text=_("One per line. Left empty, they are numbered."),
        widget=forms.Textarea({"rows": 3}),
    )

    def numbers(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["serials"].splitlines() if line.strip()]
