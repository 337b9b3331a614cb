"""Shapes of what people enter about stock."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bom.models import Item, Supplier
from foundation.accounts.models import Site
from foundation.core.units import UNITS
from foundation.core.web.forms import DecimalField
from resources.inventory.models import Place
from resources.inventory.states import HOLDS_STOCK, InspectionResult, PlaceKind

DAY = {"type": "date"}


class ItemField(forms.CharField):
    """An item by its number; the page offers the known ones in a data list."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"list": "items", "autocomplete": "off"}), **more)

    def clean(self, value: Any) -> Item | None:
        number = super().clean(value)
        if not number:
            return None
        found: Item | None = Item.objects.filter(number__iexact=number).first()
        if found is None:
            raise forms.ValidationError(_("There is no item “%(number)s”.") % {"number": number})
        return found


def unit_choices() -> list[tuple[str, str]]:
    """Units that material comes in."""
    wanted = ("count", "length", "area", "volume", "mass")
    return [("", _("the item's"))] + [(u.code, u.symbol_en) for u in UNITS.values() if u.dimension in wanted]


class PlacesOf(forms.Form):
    """A form with a place to choose: among those that the reader sees."""

    def __init__(self, *args: Any, places: QuerySet[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["place"]
        field.queryset = field.queryset.filter(pk__in=places)


class PutAwayForm(PlacesOf):
    """Where judged stock goes. Nobody chose: it stays, and the words say so."""

    place = forms.ModelChoiceField(
        Place.objects.filter(kind__in=[str(kind) for kind in HOLDS_STOCK], active=True),
        label=gettext_lazy("Put away at"),
        required=False,
        empty_label=gettext_lazy("It stays where it is"),
    )


class ReceiveForm(PlacesOf):
    item = ItemField(label=gettext_lazy("Item"), max_length=80)
    supplier = forms.ModelChoiceField(Supplier.objects.order_by("name"), label=gettext_lazy("Supplier"))
    supplier_lot = forms.CharField(
        label=gettext_lazy("Supplier's lot"), max_length=100, help_text=gettext_lazy("“none” if there is none")
    )
    quantity = DecimalField(label=gettext_lazy("Quantity in all"), max_digits=20)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=unit_choices, required=False)
    containers = forms.IntegerField(label=gettext_lazy("Containers"), initial=1, min_value=1)
    made_on = forms.DateField(label=gettext_lazy("Made on"), required=False, widget=forms.DateInput(attrs=DAY))
    expires_on = forms.DateField(label=gettext_lazy("Expires on"), required=False, widget=forms.DateInput(attrs=DAY))
    place = forms.ModelChoiceField(
        Place.objects.filter(kind__in=[PlaceKind.STOCK, PlaceKind.LABORATORY], active=True, released_only=False),
        label=gettext_lazy("Put at"),
    )
    delivery_note = forms.CharField(label=gettext_lazy("Delivery note"), max_length=100, required=False)
    expired_reason = forms.CharField(
        label=gettext_lazy("Why it is received although it has expired"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )

    def values(self) -> dict[str, Any]:
        """The arguments of `receive_lot`."""
        values = dict(self.cleaned_data)
        item, supplier = values.pop("item"), values.pop("supplier")
        return {**values, "item_id": item.pk, "unit": values["unit"] or item.unit, "supplier_id": supplier.pk}


class InspectForm(PutAwayForm):
    """The incoming check: each point passed, failed or not applicable, what was seen, and the verdict."""

    POINTS = (
        ("identity", gettext_lazy("It is what the label and the order say")),
        ("packaging", gettext_lazy("Packaging is whole and clean")),
        ("quantity", gettext_lazy("The quantity is right")),
        ("certificate", gettext_lazy("The certificate is there and fits the lot")),
        ("measurement", gettext_lazy("What was measured is within its limits")),
    )
    STATES = (("passed", gettext_lazy("Passed")), ("failed", gettext_lazy("Failed")), ("na", gettext_lazy("Not asked")))
    whole_lot = forms.BooleanField(
        label=gettext_lazy("For every container of this delivery that is in quarantine"), required=False, initial=True
    )
    result = forms.ChoiceField(label=gettext_lazy("Result"), choices=InspectionResult, widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Needed when it is rejected"),
    )

    def __init__(self, *args: Any, barred: bool = False, **kwargs: Any) -> None:
        """``barred``: it can only be rejected, so nobody is asked to look at its points first."""
        super().__init__(*args, **kwargs)
        self.barred = barred
        if barred:
            rejected = InspectionResult.REJECTED
            self.fields["result"] = forms.ChoiceField(
                label=gettext_lazy("Result"), choices=[(rejected.value, rejected.label)], widget=forms.RadioSelect
            )
            self.fields["whole_lot"].initial = False
            return
        points: dict[str, forms.Field] = {}
        for name, label in self.POINTS:
            points[name] = forms.ChoiceField(label=label, choices=self.STATES, widget=forms.RadioSelect)
            points[f"{name}_value"] = forms.CharField(
                label=gettext_lazy("What was seen or measured"), required=False, max_length=200
            )
        self.fields = {**points, **self.fields}

    def points(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each point beside the field for what was seen."""
        return [(self[name], self[f"{name}_value"]) for name, _label in self.POINTS if name in self.fields]

    def values(self) -> dict[str, Any]:
        """The arguments of `inspect_receipt`."""
        checks = [
            {
                "check": name,
                "value": self.cleaned_data[f"{name}_value"],
                "passed": self.cleaned_data[name] == "passed",
            }
            for name, _label in self.POINTS
            if self.cleaned_data.get(name, "na") != "na"
        ]
        return {key: self.cleaned_data[key] for key in ("result", "note", "whole_lot", "place")} | {"checks": checks}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False)


class MoveForm(PlacesOf):
    place = forms.ModelChoiceField(
        Place.objects.filter(kind__in=[str(kind) for kind in HOLDS_STOCK], active=True), label=gettext_lazy("To")
    )


class PartForm(forms.Form):
    quantity = DecimalField(label=gettext_lazy("Quantity"), max_digits=20)


class HoldForm(forms.Form):
    """What is held is found from a number; `kind` says how far the hold goes."""

    KINDS = (
        ("stock_unit", gettext_lazy("One container")),
        ("lot", gettext_lazy("A lot, with its containers and serials")),
        ("lot_wide", gettext_lazy("A lot and everything made of it")),
        ("supplier_lot", gettext_lazy("The supplier's lot and everything made of it")),
        ("item", gettext_lazy("An item, wherever it is")),
    )
    kind = forms.ChoiceField(label=gettext_lazy("What is held"), choices=KINDS, widget=forms.RadioSelect)
    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=200,
        help_text=gettext_lazy(
            "Container, lot, serial or item number; for a supplier's lot one of our lots or containers"
        ),
    )
    reason = forms.CharField(label=gettext_lazy("Why"), widget=forms.Textarea(attrs={"rows": 3}))


class TraceForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("Lot, serial, supplier's lot or container"), max_length=200, required=False)
    direction = forms.ChoiceField(
        label=gettext_lazy("Direction"),
        choices=(
            ("both", gettext_lazy("Both ways")),
            ("down", gettext_lazy("Where it went")),
            ("up", gettext_lazy("What it is made of")),
        ),
        required=False,
        initial="both",
    )
    net = forms.ChoiceField(
        label=gettext_lazy("Shown"),
        choices=(("net", gettext_lazy("As built (net)")), ("full", gettext_lazy("With what was taken out (full)"))),
        required=False,
        initial="net",
    )


class PlaceForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("Code"), max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=PlaceKind)
    released_only = forms.BooleanField(label=gettext_lazy("For released stock only"), required=False)
    site = forms.ModelChoiceField(Site.objects.order_by("code"), label=gettext_lazy("Site"))
    name_en = forms.CharField(label=gettext_lazy("Name (English)"), max_length=100)
    name_zh = forms.CharField(label=gettext_lazy("Name (Chinese)"), max_length=100, required=False)

    def values(self) -> dict[str, Any]:
        """The arguments of `create_place`."""
        values = dict(self.cleaned_data)
        names = {"en": values.pop("name_en"), "zh-hans": values.pop("name_zh")}
        return {**values, "name": {language: text for language, text in names.items() if text}}
