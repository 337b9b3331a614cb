"""Input shape of log-in, badge-in and profile."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from foundation.accounts import second_factor
from foundation.accounts.models import LoginBy, Role, Site, Withdrawal
from foundation.accounts.scope import Sites
from foundation.core.texts import localized

SECRET = forms.PasswordInput(attrs={"autocomplete": "current-password"})


class OneTimeInput(forms.TextInput):
    """A code is never shown again: the next one is typed."""

    def format_value(self, value: Any) -> None:
        return None


RENEWAL_CODE = forms.CharField(
    label=_("Code, when an administrator set your secret"),
    required=False,
    max_length=20,
    help_text=_("Of your authenticator app, or the one that a second person gave you."),
    widget=OneTimeInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
)


class LoginForm(forms.Form):
    identity = forms.CharField(
        label=_("User name or badge"),
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
    secret = forms.CharField(label=_("Password"), max_length=200, strip=False, widget=SECRET)
    code = forms.CharField(
        label=_("Code of your authenticator app"),
        max_length=20,
        required=False,
        help_text=_("If you have one."),
        widget=OneTimeInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields and not second_factor.is_used():
            del self.fields["code"]


class BadgeForm(LoginForm):
    code = None  # type: ignore[assignment] # a tablet asks for badge and PIN

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.focus_identity = not (self.initial.get("identity") or self.is_bound)
        if not self.focus_identity:  # who it is is said: the secret is next
            self.fields["secret"].widget.attrs["autofocus"] = True

    secret = forms.CharField(
        label=_("PIN or password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class DoorSecretForm(BadgeForm):
    """A new PIN at the tablet, before the one that an administrator set, or that is too old, lets anybody in."""

    pin = forms.CharField(
        label=_("New PIN"),
        help_text=_("Six digits or more, for the shop floor."),
        max_length=40,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = deepcopy(RENEWAL_CODE)


class AgreeForm(forms.Form):
    """The signature policy is agreed to by the secret, like a signature."""

    version = forms.CharField(widget=forms.HiddenInput)
    secret = forms.CharField(label=_("Password or PIN"), max_length=200, strip=False, widget=SECRET)


class PresentSecretForm(forms.Form):
    """The present secret proves that it is oneself who sits at this desk."""

    present = forms.CharField(label=_("Present password or PIN"), max_length=200, strip=False, widget=SECRET)


class FactorForm(PresentSecretForm):
    field_order = ("name", "code", "present")
    name = forms.CharField(label=_("Name of the device"), max_length=100, required=False)
    code = forms.CharField(
        label=_("Code that the app shows now"),
        max_length=20,
        widget=OneTimeInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
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

    code = RENEWAL_CODE

    def __init__(self, *args: Any, was_given: bool = False, **kwargs: Any) -> None:
        """``was_given``: an administrator set the present one."""
        super().__init__(*args, **kwargs)
        if not was_given:
            del self.fields["code"]

    def clean(self) -> dict[str, str]:
        cleaned = super().clean() or {}
        if not (cleaned.get("password") or cleaned.get("pin")):
            raise forms.ValidationError(_("Give a new password, a new PIN, or both."))
        return cleaned


class TokenForm(forms.Form):
    """A token for a program of one's own; the present secret proves that it is one's own."""

    name = forms.CharField(label=_("Program"), max_length=100, help_text=_("What will use it, and where it runs."))
    valid_until = forms.DateTimeField(
        label=_("Until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    reason = forms.CharField(label=_("Reason"), max_length=400)
    present = forms.CharField(label=_("Present password or PIN"), strip=False, widget=SECRET)


class PersonForm(forms.Form):
    username = forms.CharField(
        label=_("User name"), max_length=60, help_text=_("Never given to anyone else, also after the person has left.")
    )
    name = forms.CharField(
        label=_("Printed name"), max_length=200, help_text=_("As it stands on records and signatures.")
    )
    employee_number = forms.CharField(label=_("Employee number"), max_length=40, required=False)
    identity_check = forms.CharField(
        label=_("Identity checked by"),
        max_length=200,
        help_text=_("By what you saw who this is: identity card, passport, personnel file. Your name is kept with it."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


def bind_sites(field: forms.Field, sites: Sites | None) -> None:
    """Offer these sites only, and then “every site” no more; None for every site."""
    if sites is not None:
        field.queryset = Site.objects.filter(pk__in=sites).order_by("code")  # type: ignore[attr-defined]
        field.required, field.empty_label = True, None  # type: ignore[attr-defined]


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

    def __init__(self, *args: Any, sites: Sites | None, **kwargs: Any) -> None:
        """``sites``: where the giver may; None for every site."""
        super().__init__(*args, **kwargs)
        bind_sites(self.fields["site"], sites)
        roles = Role.objects.order_by("code")
        self.fields["role"].choices = [(role.code, localized(role.name) or role.code) for role in roles]  # type: ignore[attr-defined]


class BadgeIssueForm(forms.Form):
    code = forms.CharField(label=_("Badge code"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    valid_until = forms.DateTimeField(
        label=_("Until (a temporary badge only)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class BadgeReplaceForm(forms.Form):
    code = forms.CharField(
        label=_("Code of the new badge"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    replaced_as = forms.ChoiceField(
        label=_("The old one is"),
        choices=[
            (kind.value, kind.label)
            for kind in (Withdrawal.DAMAGED, Withdrawal.RETURNED, Withdrawal.LOST, Withdrawal.STOLEN)
        ],
    )


class BadgeTestForm(forms.Form):
    scanned = forms.CharField(
        label=_("Scan the badge"),
        max_length=60,
        help_text=_("Look that it is unaltered, then scan it. One that fails is withdrawn at once."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(label=_("Note"), max_length=400, required=False)


class LinkForm(forms.Form):
    login_by = forms.ChoiceField(label=_("Logs in at"), choices=LoginBy.choices)
    external_subject = forms.CharField(
        label=_("Subject at the OpenID provider"),
        max_length=300,
        required=False,
        help_text=_("As the log-in page shows it when nobody is linked yet."),
    )


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

    def __init__(self, *args: Any, sites: Sites | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bind_sites(self.fields["site"], sites)
