"""The shape of what is uploaded and mapped."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.imports.models import ImportBatch
from foundation.imports.reading.csv_file import OFFERED
from foundation.imports.schema import schema_named, schemas

EXAMPLES = 3


class UploadForm(forms.Form):
    """A file, what it is, and where it comes from."""

    schema = forms.ChoiceField(label=_("What it is"))
    origin = forms.CharField(
        label=_("Where it comes from"),
        required=False,
        max_length=500,
        help_text=_("Kept with the file as a claim: who gave it, which version."),
    )
    file = forms.FileField(label=_("File"), allow_empty_file=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["schema"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(schema.code, schema.label) for schema in schemas()]


class ReadAgainForm(forms.Form):
    """How the file is read."""

    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    encoding = forms.ChoiceField(label=_("Encoding"), required=False, choices=[("", _("Found by itself"))])
    header_row = forms.IntegerField(label=_("Row with the headers"), min_value=1, max_value=1000)

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("sheet", [(name, name) for name in batch.sheets])
        self._choices("encoding", [("", _("Found by itself")), *((name, name) for name in OFFERED)])
        if not batch.sheets:
            del self.fields["sheet"]
        else:
            del self.fields["encoding"]

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


class MappingForm(forms.Form):
    """One choice of column for each field; ``save_as`` keeps it."""

    save_as = forms.CharField(
        label=_("Keep this mapping as"), required=False, max_length=100, help_text=_("For the next file of this shape.")
    )

    def __init__(self, *args: Any, batch: ImportBatch, examples: list[list[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = [
            ("", "–"),
            *((str(index), _heading(index, text, examples)) for index, text in enumerate(batch.columns)),
        ]
        own = {}
        for field in schema_named(batch.schema).fields:
            if not field.decision:
                own[field.code] = forms.ChoiceField(
                    label=field.label,
                    choices=columns,
                    required=field.required,
                    initial=str(batch.mapping.get(field.code, "")),
                )
        self.fields = {**own, **self.fields}

    def mapping(self) -> dict[str, int]:
        """Target field → column."""
        return {
            code: int(index)
            for code, index in self.cleaned_data.items()
            if code != "save_as" and index not in ("", None)
        }


def _heading(index: int, text: str, examples: list[list[str]]) -> str:
    """The header with the first values below it."""
    values = [row[index] for row in examples if index < len(row) and row[index]][:EXAMPLES]
    return f"{text or f'({index + 1})'}: {', '.join(values)}"[:120]


class AddRowForm(forms.Form):
    """A row that the file lacks, with its reason."""

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in schema_named(batch.schema).fields:
            if not field.decision:
                self.fields[field.code] = forms.CharField(label=field.label, required=field.required, max_length=500)
        self.fields["reason"] = forms.CharField(label=_("Why it is added"), max_length=500)
