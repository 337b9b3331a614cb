"""Forms draw themselves with our field component. Tabler's classes are given here, not in every form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext as _

from foundation.core.words import typed_number


class Field(BoundField):
    """A field that knows its CSS class and what kind it is."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        own = widget.attrs.get("class", "")
        css = f"{self._css(widget)} {own}".strip()
        return {**built, "class": css} if css else built

    @staticmethod
    def _css(widget: forms.Widget) -> str:
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return ""  # Django gives their attributes to the frame around the choices too
        if isinstance(widget, forms.CheckboxInput):
            return "form-check-input"
        return "form-select" if isinstance(widget, forms.Select) else "form-control"

    @property
    def is_check(self) -> bool:
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_choices(self) -> bool:
        return isinstance(self.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


class Renderer(TemplatesSetting):
    """`{{ form }}` and `{{ field.as_field_group }}` use the components."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
    bound_field_class = Field


class DecimalField(forms.DecimalField):
    """A number as people type it: decimal point or comma, full width from a Chinese keyboard too; no scientific notation."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = typed_number(value)
            if "e" in value.lower():
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)

    def clean(self, value: Any) -> Any:
        """A count is refused as a count: “no more than 0 decimal places” is said to nobody."""
        number = self.to_python(value)
        if self.decimal_places != 0 or number is None or not number.is_finite():
            return super().clean(value)
        if number != number.to_integral_value():
            raise forms.ValidationError(_("A whole number, please."), code="whole")
        return super().clean(format(number.to_integral_value(), "f"))
