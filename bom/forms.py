"""The shape of what is entered about items and parts lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bom.models import Basis, Item, ItemKind, MakeOrBuy, Market, Tracking
from foundation.core.units import UNITS
from foundation.core.web.forms import DecimalField

UNIT_CHOICES = [
    (code, f"{code} ({unit.symbol_en})" if code != unit.symbol_en else code) for code, unit in UNITS.items()
]


def texts(cleaned: dict[str, Any], name: str) -> dict[str, str]:
    """``{language: text}`` of the two fields ``<name>_en`` and ``<name>_zh``."""
    found = {"en": cleaned.get(f"{name}_en", ""), "zh-hans": cleaned.get(f"{name}_zh", "")}
    return {language: text for language, text in found.items() if text}


class ItemField(forms.CharField):
    """An item by its number; the page offers the numbers."""

    def __init__(self, *, tools: bool = False, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"list": "tools" if tools else "items", "autocomplete": "off"})
        super().__init__(widget=widget, max_length=80, **kwargs)

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        if not number:
            return None
        found = Item.objects.filter(number__iexact=number).first()
        if found is None:
            raise forms.ValidationError(_("There is no item with this number."), code="unknown-item")
        return found


class ItemForm(forms.Form):
    """An item's master data. ``number`` is left out when it is changed."""

    number = forms.CharField(label=_("Number"), max_length=80)
    name_en = forms.CharField(label=_("Name (English)"), max_length=200)
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=ItemKind)
    unit = forms.ChoiceField(label=_("Unit"), choices=UNIT_CHOICES)
    tracking = forms.ChoiceField(label=_("Tracking"), choices=Tracking)
    make_or_buy = forms.ChoiceField(label=_("Make or buy"), choices=MakeOrBuy)
    without_list = forms.BooleanField(label=_("Made without a parts list of its own"), required=False)
    critical = forms.BooleanField(label=_("Critical"), required=False)
    sterile = forms.BooleanField(label=_("Sterile"), required=False)
    implant = forms.BooleanField(label=_("Implant"), required=False)
    life_sustaining = forms.BooleanField(label=_("Life-sustaining"), required=False)
    shelf_life_days = forms.IntegerField(label=_("Shelf life in days"), required=False, min_value=1)
    device_class = forms.CharField(label=_("Device class"), max_length=20, required=False)
    model = forms.CharField(label=_("Model"), max_length=80, required=False)
    registration_number = forms.CharField(label=_("Registration number"), max_length=80, required=False)
    technical_requirements = forms.CharField(label=_("Technical requirements number"), max_length=80, required=False)
    udi_di = forms.CharField(label=_("UDI-DI"), max_length=20, required=False)
    device_lifetime_years = forms.IntegerField(
        label=_("Device lifetime in years"),
        required=False,
        min_value=1,
        max_value=200,
        help_text=_("As the company defined it. Without it the records of the device are kept without end."),
    )
    markets = forms.MultipleChoiceField(
        label=_("Markets"), choices=Market, required=False, widget=forms.CheckboxSelectMultiple
    )
    last_placed_on = forms.DateField(
        label=_("Last device placed on the market"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Only when no more are placed on the market: periods in the EU run from this day."),
    )

    def values(self) -> dict[str, Any]:
        """The fields as the services take them."""
        cleaned = dict(self.cleaned_data)
        name = texts(cleaned, "name")
        fields = {key: value for key, value in cleaned.items() if key not in ("name_en", "name_zh", "number")}
        return {"name": name, **fields}

    @staticmethod
    def initial_of(item: Item) -> dict[str, Any]:
        names = {"name_en": item.name.get("en", ""), "name_zh": item.name.get("zh-hans", "")}
        return {field: getattr(item, field, None) for field in ItemForm.base_fields} | names


class CostForm(forms.Form):
    amount = DecimalField(label=_("Amount"), min_value=0, max_digits=18, decimal_places=6)
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3, initial="USD")
    per_quantity = DecimalField(label=_("For a quantity of"), initial=1, max_digits=18, decimal_places=6)
    per_unit = forms.ChoiceField(label=_("Unit"), choices=UNIT_CHOICES)
    approximate = forms.BooleanField(label=_("Approximate"), required=False)
    uncertain = forms.BooleanField(label=_("Uncertain"), required=False)


class SourceForm(forms.Form):
    code = forms.CharField(label=_("Supplier's code"), max_length=40)
    name = forms.CharField(label=_("Supplier's name"), max_length=200)
    part_number = forms.CharField(label=_("Their part number"), max_length=120)


class LineForm(forms.Form):
    """A line of a draft."""

    position = forms.CharField(label=_("Line"), max_length=20)
    component = ItemField(label=_("Item"))
    quantity = DecimalField(label=_("Quantity, in the item's unit"), max_digits=20, decimal_places=6)
    basis = forms.ChoiceField(label=_("Counted"), choices=Basis)
    scrap_factor = DecimalField(
        label=_("Scrap factor"), required=False, max_digits=6, decimal_places=4, help_text=_("A share: 0.05 adds 5 %.")
    )
    optional = forms.BooleanField(label=_("Optional"), required=False)
    critical = forms.BooleanField(label=_("Critical"), required=False)
    approximate = forms.BooleanField(label=_("The quantity is approximate"), required=False)
    is_cut_stock = forms.BooleanField(label=_("Stock that other lines are cut from"), required=False)
    cut_from = forms.CharField(label=_("Cut from line"), max_length=20, required=False)
    alternate_of = forms.CharField(
        label=_("Alternate of lines"), max_length=200, required=False, help_text=_("With commas: A1, A2")
    )
    used_with = forms.CharField(label=_("Only with line"), max_length=20, required=False)
    condition_en = forms.CharField(label=_("Condition (English)"), max_length=400, required=False)
    condition_zh = forms.CharField(label=_("Condition (Chinese)"), max_length=400, required=False)
    note_en = forms.CharField(label=_("Note (English)"), max_length=400, required=False)
    note_zh = forms.CharField(label=_("Note (Chinese)"), max_length=400, required=False)
    reason = forms.CharField(label=_("Why"), max_length=400, required=False)

    def values(self) -> dict[str, Any]:
        """The fields of `bom.services.LineData`."""
        cleaned = self.cleaned_data
        plain = ("position", "quantity", "basis", "optional", "critical", "approximate", "is_cut_stock")
        return {
            **{name: cleaned[name] for name in plain},
            "component_id": cleaned["component"].pk,
            "scrap_factor": cleaned["scrap_factor"] or 0,
            "cut_from": cleaned["cut_from"].upper(),
            "used_with": cleaned["used_with"].upper(),
            "alternate_of": cleaned["alternate_of"].upper().replace(",", " ").split(),
            "alternate_condition": texts(cleaned, "condition"),
            "note": texts(cleaned, "note"),
        }


class ToolForm(forms.Form):
    position = forms.CharField(label=_("Line"), max_length=20)
    item = ItemField(label=_("Tool"), tools=True)
    quantity = DecimalField(label=_("Quantity"), initial=1, max_digits=20, decimal_places=6)
    optional = forms.BooleanField(label=_("Optional"), required=False)
    note_en = forms.CharField(label=_("Note (English)"), max_length=400, required=False)
    note_zh = forms.CharField(label=_("Note (Chinese)"), max_length=400, required=False)

    def values(self) -> dict[str, Any]:
        """The fields of `bom.services.ToolData`."""
        cleaned = self.cleaned_data
        return {
            "position": cleaned["position"],
            "item_id": cleaned["item"].pk,
            "quantity": cleaned["quantity"],
            "optional": cleaned["optional"],
            "note": texts(cleaned, "note"),
        }


class ProposeForm(forms.Form):
    """Which drafts go into a baseline."""

    title = forms.CharField(label=_("Title"), max_length=200)
    revisions = forms.MultipleChoiceField(label=_("Drafts"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, drafts: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["revisions"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = drafts
