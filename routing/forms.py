"""Shapes of the editor's input. What is right is said by the services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from bom.models import BomRevision, Item
from foundation.core.texts import localized
from foundation.core.units import UNITS, dimension_name
from foundation.core.web.forms import DecimalField
from resources.equipment.models import EquipmentClass
from resources.personnel.models import Qualification
from routing.models import Operation, ParameterDefinition
from routing.states import (
    By,
    Capture,
    Characteristic,
    FileKind,
    FirstPiece,
    Purpose,
    Reaction,
    SecondCheck,
    StepKind,
    TimeBasis,
    When,
)

LANGUAGES = [code for code, _name in settings.LANGUAGES]
Choices = list[tuple[Any, str]]


@dataclass(frozen=True, slots=True)
class Lists:
    """What the forms of one page offer, read once for all of them."""

    definitions: Choices
    classes: Choices
    gauges: Choices
    qualifications: Choices
    work_centers: list[str]

    @classmethod
    def read(cls) -> Lists:
        classes = list(EquipmentClass.objects.order_by("code"))
        return cls(
            definitions=[(row.pk, f"{row.code} ({row.unit})") for row in ParameterDefinition.objects.all()],
            classes=[(row.code, localized(row.name) or row.code) for row in classes],
            gauges=[(row.code, localized(row.name) or row.code) for row in classes if row.is_gauge],
            qualifications=[
                (row.code, localized(row.name) or row.code) for row in Qualification.objects.order_by("code")
            ],
            work_centers=sorted(set(Operation.objects.values_list("work_center", flat=True).distinct()) - {""}),
        )


def keeping(choices: Choices, kept: Iterable[Any] | Any) -> Choices:
    """The choices, and what is used already, whatever became of it."""
    used = [kept] if isinstance(kept, str) else list(kept or ())
    known = {value for value, _label in choices}
    return [*choices, *((value, str(value)) for value in used if value and value not in known)]


NOTHING = ("", "–")


class Bilingual:
    """Turns ``name_en`` and ``name_zh_hans`` into ``name`` and back."""

    texts: tuple[str, ...] = ()

    @staticmethod
    def field_of(text: str, language: str) -> str:
        return f"{text}_{language.replace('-', '_')}"

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, str]:
        return {
            cls.field_of(text, language): (getattr(row, text) or {}).get(language, "")
            for text in cls.texts
            for language in LANGUAGES
        }

    def joined(self, data: dict[str, Any]) -> dict[str, Any]:
        joined = dict(data)
        for text in self.texts:
            parts = {language: joined.pop(self.field_of(text, language), "") for language in LANGUAGES}
            joined[text] = {language: words for language, words in parts.items() if words}
        return joined


def words(label: Any, *, rows: int = 0, required: bool = False) -> forms.CharField:
    widget: forms.Widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, required=required, widget=widget)


def whole(label: Any, minimum: int = 1) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(label=label, required=False, min_value=minimum, max_value=100_000, widget=widget)


def figure(label: Any, places: int = 6) -> DecimalField:
    return DecimalField(label=label, required=False, max_digits=18, decimal_places=places)


class AddOperationForm(Bilingual, forms.Form):
    texts = ("name",)
    name_en = words(_("Name (English)"), required=True)
    name_zh_hans = words(_("Name (简体中文)"))
    work_center = forms.CharField(label=_("Work center"), required=False, max_length=40)
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)


class OperationForm(Bilingual, forms.Form):
    """Every field of one operation; saved as a whole, merged with what others changed meanwhile."""

    texts = ("name",)
    number = whole(_("Number"))
    name_en = words(_("Name (English)"))
    name_zh_hans = words(_("Name (简体中文)"))
    work_center = forms.CharField(label=_("Work center"), required=False, max_length=40)
    setup_minutes = figure(_("Setup (min)"), 2)
    run_minutes = figure(_("Run (min)"), 2)
    run_basis = forms.ChoiceField(label=_("Run time is"), choices=TimeBasis)
    equipment_class = forms.ChoiceField(label=_("Equipment class"), required=False)
    first_piece = forms.ChoiceField(label=_("First piece"), required=False, choices=FirstPiece)
    qualifications = forms.MultipleChoiceField(
        label=_("Qualifications"), required=False, widget=forms.CheckboxSelectMultiple
    )
    transfer_quantity = whole(_("Transfer at"))
    loop_back_to_id = forms.TypedChoiceField(label=_("May go back to"), required=False, coerce=int, empty_value=None)
    loop_maximum = whole(_("At most (times)"))
    special_process = forms.BooleanField(label=_("Special process"), required=False)
    hold_point = forms.BooleanField(label=_("Hold point"), required=False)

    def __init__(self, *args: Any, lists: Lists, operations: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["loop_back_to_id"].choices = [NOTHING, *((row.pk, str(row.number)) for row in operations)]
        fields["equipment_class"].choices = [NOTHING, *keeping(lists.classes, self.initial.get("equipment_class"))]
        fields["qualifications"].choices = keeping(lists.qualifications, self.initial.get("qualifications"))
        fields["work_center"].widget.attrs["list"] = "work-centers"

    def changes(self) -> dict[str, Any]:
        data = self.joined(self.cleaned_data)
        # a whole 0 would pass for another value than the 0.00 that is kept
        data["setup_minutes"] = data["setup_minutes"] or Decimal(0)
        data["run_minutes"] = data["run_minutes"] or Decimal(0)
        if data["number"] is None:
            data.pop("number")
        return data


class StepForm(Bilingual, forms.Form):
    texts = ("instruction",)
    kind = forms.ChoiceField(label=_("Kind"), choices=StepKind)
    instruction_en = words(_("Instruction (English)"), rows=2)
    instruction_zh_hans = words(_("Instruction (简体中文)"), rows=2)
    when_rule = forms.ChoiceField(label=_("When"), choices=When)
    when_n = whole(_("n"))
    by = forms.ChoiceField(label=_("By"), choices=By)
    second_check = forms.ChoiceField(label=_("Second check"), required=False, choices=SecondCheck)
    materials = forms.MultipleChoiceField(label=_("Scans"), required=False, widget=forms.CheckboxSelectMultiple)
    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One per line: value | English | 中文"),
    )
    file_kind = forms.ChoiceField(label=_("File"), required=False, choices=FileKind)
    file_checks = forms.CharField(
        label=_("Checks"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One per line: column | mean, min or max | unit | lower | upper"),
    )
    file_plausible = forms.CharField(
        label=_("Plausible ranges"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One per line: column | lowest | highest. A sample outside fails the file until it is excluded."),
    )

    def __init__(self, *args: Any, positions: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = [position for position in self.initial.get("materials", ()) if position not in set(positions)]
        fields: dict[str, Any] = self.fields
        fields["materials"].choices = [(position, position) for position in (*positions, *kept)]
        shown = self.data.get("kind") if self.is_bound else self.initial.get("kind")
        for kind, names in OF_KIND.items():
            for name in names if kind != shown and not (kind == "choice" and shown == "checklist") else ():
                self.fields.pop(name, None)

    def clean_choices(self) -> list[dict[str, Any]]:
        found = []
        for cells in table(self.cleaned_data["choices"], 3):
            texts = {language: text for language, text in zip(LANGUAGES, cells[1:], strict=False) if text}
            found.append({"value": cells[0], "text": texts})
        return found

    def clean_file_checks(self) -> list[dict[str, Any]]:
        names = ("column", "statistic", "unit", "lower", "upper")
        return [dict(zip(names, cells, strict=True)) for cells in table(self.cleaned_data["file_checks"], 5)]

    def clean_file_plausible(self) -> dict[str, list[str]]:
        return {cells[0]: [cells[1], cells[2]] for cells in table(self.cleaned_data["file_plausible"], 3)}

    def changes(self) -> dict[str, Any]:
        return self.joined(self.cleaned_data)


# fields that only one kind of step has
OF_KIND = {
    "material_scan": ("materials",),
    "choice": ("choices",),
    "file": ("file_kind", "file_checks", "file_plausible"),
}


class AddStepForm(Bilingual, forms.Form):
    texts = ("instruction",)
    kind = forms.ChoiceField(label=_("Kind"), choices=StepKind)
    instruction_en = words(_("Instruction (English)"), required=True)
    instruction_zh_hans = words(_("Instruction (简体中文)"))


class ParameterForm(Bilingual, forms.Form):
    texts = ("limits_source",)
    definition_id = forms.TypedChoiceField(label=_("Parameter"), coerce=int)
    target = figure(_("Target"))
    lower = figure(_("Lower limit"))
    upper = figure(_("Upper limit"))
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    precision = whole(_("Digits"), minimum=0)
    characteristic = forms.ChoiceField(label=_("Characteristic"), choices=Characteristic)
    reaction_below = forms.ChoiceField(label=_("When below"), choices=Reaction)
    reaction_above = forms.ChoiceField(label=_("When above"), choices=Reaction)
    gauge_class = forms.ChoiceField(label=_("Gauge class"), required=False)
    max_remeasure = whole(_("Remeasure"), minimum=0)
    critical = forms.BooleanField(label=_("Critical"), required=False)
    limits_source_en = words(_("Source of the limits (English)"))
    limits_source_zh_hans = words(_("Source of the limits (简体中文)"))

    def __init__(self, *args: Any, lists: Lists, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["definition_id"].choices = [NOTHING, *lists.definitions]
        fields["unit"].choices = unit_choices(kind)
        fields["gauge_class"].choices = [NOTHING, *keeping(lists.gauges, self.initial.get("gauge_class"))]

    def changes(self) -> dict[str, Any]:
        data = self.joined(self.cleaned_data)
        data.pop("definition_id")
        data["max_remeasure"] = data["max_remeasure"] or 0
        for name in ("unit", "precision"):
            if data.get(name) in (None, ""):
                data.pop(name, None)
        return data


class DefinitionForm(Bilingual, forms.Form):
    """A parameter of the library."""

    texts = ("name",)
    code = forms.SlugField(label=_("Code"), max_length=60)
    name_en = words(_("Name (English)"), required=True)
    name_zh_hans = words(_("Name (简体中文)"))
    quantity_kind = forms.ChoiceField(label=_("Quantity kind"))
    unit = forms.ChoiceField(label=_("Unit"))
    precision = whole(_("Decimals"), minimum=0)
    capture = forms.ChoiceField(label=_("Captured"), choices=Capture)
    critical = forms.BooleanField(label=_("Critical"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted({unit.dimension for unit in UNITS.values()})
        fields: dict[str, Any] = self.fields
        fields["quantity_kind"].choices = [(kind, dimension_name(kind)) for kind in kinds]
        fields["unit"].choices = unit_choices("")

    def changes(self) -> dict[str, Any]:
        data = self.joined(self.cleaned_data)
        data["precision"] = data["precision"] or 0
        return data


class StartForm(forms.Form):
    """Which BOM revision the new routing is for."""

    bom_revision = forms.ModelChoiceField(label=_("BOM revision"), queryset=BomRevision.objects.none())
    purpose = forms.ChoiceField(label=_("For"), choices=Purpose)

    def __init__(self, *args: Any, item: Item | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = (
            BomRevision.objects.exclude(state="retired").select_related("item").order_by("item__number", "-sequence")
        )
        fields: dict[str, Any] = self.fields
        fields["bom_revision"].queryset = found.filter(item=item) if item else found


class AllocateForm(forms.Form):
    position = forms.CharField(max_length=20)
    operation = forms.IntegerField()
    quantity = DecimalField(required=False, max_digits=18, decimal_places=6)


def table(text: str, columns: int) -> list[list[str]]:
    """Lines of cells, divided by | or tab; short lines are filled up. A table pasted from a spreadsheet is one."""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.replace("\t", "|").split("|")]
        if any(cells):
            found.append((cells + [""] * columns)[:columns])
    return found


def unit_choices(kind: str) -> list[tuple[str, str]]:
    """Units (of one quantity kind)."""
    return [NOTHING, *((u.code, u.symbol()) for u in UNITS.values() if not kind or u.dimension == kind)]
