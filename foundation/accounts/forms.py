"""Input shape of log-in, badge-in and profile."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

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
