"""Input shape of log-in, badge-in and profile."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Role, Site
from foundation.core.texts import localized

SECRET = forms.PasswordInput(attrs={"autocomplete": "current-password"})


class LoginForm(forms.Form):
    identity = forms.CharField(
        label=_("User name or badge"),
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
    secret = forms.CharField(label=_("Password"), max_length=200, strip=False, widget=SECRET)


class BadgeForm(LoginForm):
    secret = forms.CharField(
        label=_("PIN or password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class StationForm(forms.Form):
    token = forms.CharField(
        label=_("Station token"),
        max_length=200,
        help_text=_("The system owner gets it when the station is registered. It stays on this device."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class SecretForm(forms.Form):
    """A new password or PIN of one's own; the present secret proves that it is one's own."""

    present = forms.CharField(label=_("Present password or PIN"), strip=False, widget=SECRET)
    password = forms.CharField(
        label=_("New password"),
        required=False,
        strip=False,
        help_text=_("Ten characters or more."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    pin = forms.CharField(
        label=_("New PIN"),
        required=False,
        help_text=_("Six digits or more, for the shop floor."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "inputmode": "numeric"}),
    )

    def clean(self) -> dict[str, str]:
        cleaned = super().clean() or {}
        if not (cleaned.get("password") or cleaned.get("pin")):
            raise forms.ValidationError(_("Give a new password, a new PIN, or both."))
        return cleaned


class PersonForm(forms.Form):
    username = forms.CharField(
        label=_("User name"), max_length=60, help_text=_("Never given to anyone else, also after the person has left.")
    )
    name = forms.CharField(
        label=_("Printed name"), max_length=200, help_text=_("As it stands on records and signatures.")
    )
    employee_number = forms.CharField(label=_("Employee number"), max_length=40, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"))
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.order_by("code"), required=False, empty_label=_("Every site")
    )
    valid_until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = Role.objects.order_by("code")
        self.fields["role"].choices = [(role.code, localized(role.name) or role.code) for role in roles]  # type: ignore[attr-defined]


class BadgeIssueForm(forms.Form):
    code = forms.CharField(label=_("Badge code"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class FirstSecretForm(forms.Form):
    """Set by an administrator: must be changed before the first signature."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    pin = forms.CharField(
        label=_("PIN"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "inputmode": "numeric"}),
    )


class StationRegisterForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=60)
    name_en = forms.CharField(label=_("Name in English"), max_length=100)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=100, required=False)
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.order_by("code"), empty_label=None)
    work_center = forms.CharField(label=_("Work center"), max_length=60, required=False)
