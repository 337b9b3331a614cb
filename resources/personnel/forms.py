"""Shapes of what people enter about qualifications."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from foundation.accounts.models import User


class QualificationForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("Code"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("Name (English)"), max_length=100)
    name_zh = forms.CharField(label=gettext_lazy("Name (Chinese)"), max_length=100, required=False)
    valid_days = forms.IntegerField(
        label=gettext_lazy("Valid for days"), required=False, help_text=gettext_lazy("Empty: until it is revoked")
    )

    def values(self) -> dict[str, Any]:
        """The arguments of `create_qualification`."""
        values = dict(self.cleaned_data)
        names = {"en": values.pop("name_en"), "zh-hans": values.pop("name_zh")}
        return {**values, "name": {language: text for language, text in names.items() if text}}


class GrantForm(forms.Form):
    user = forms.ModelChoiceField(User.objects.filter(is_active=True).order_by("name"), label=gettext_lazy("Person"))
    trainer = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("name"), label=gettext_lazy("Trainer"), required=False
    )
    valid_until = forms.DateTimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("Empty: as long as the qualification lasts"),
    )
    evidence = forms.CharField(label=gettext_lazy("Evidence"), max_length=200, required=False)

    def values(self) -> dict[str, Any]:
        """The arguments of `grant_qualification`."""
        values = dict(self.cleaned_data)
        user, trainer = values.pop("user"), values.pop("trainer")
        return {**values, "user_id": user.pk, "trainer_id": trainer.pk if trainer else None}
