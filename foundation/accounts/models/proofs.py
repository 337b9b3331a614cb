"""What people prove themselves with beside the secret, what they agreed to, and the count of tries by address."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.records.models import AppendOnlyModel, TrackedModel


class PolicyAcknowledgement(AppendOnlyModel):
    """A person agreed, by both components, that the electronic signature binds like one by hand (21 CFR 11.10(j)).

    Keeps the text as it was shown: a later version is acknowledged again.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="acknowledgements")
    printed_name = models.CharField(max_length=200)
    version = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    text = models.TextField()
    text_hash = models.CharField(max_length=64)
    station = models.CharField(max_length=60, blank=True, default="")
    time_zone = models.CharField(max_length=60)
    acknowledged_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "version"], name="accounts_acknowledgement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.printed_name} {self.version}"


class Renewal(models.TextChoices):
    """What the person had, and the administrator who set their secret had not."""

    OWN = "own", _("Another secret of their own")
    FACTOR = "factor", _("Their authenticator app")
    CODE = "code", _("A code of a second person")
    ALONE = "alone", _("Nothing: one person alone set it")


class SecretReset(TrackedModel):
    """An administrator set a person's secret, and knows it until the person has an own one (services/resets.py)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="resets")
    password_known = models.BooleanField(default=False)
    pin_known = models.BooleanField(default=False)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    alone = models.BooleanField(default=False)  # nobody else may hand out a code
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    code_hash = models.CharField(max_length=200, blank=True, default="")
    renewed_by = models.CharField(max_length=10, choices=Renewal, blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)  # renewed by the person, or set once more

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(ended_at=None), name="accounts_secretreset_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.given_at:%Y-%m-%d}"

    @property
    def given(self) -> frozenset[str]:
        """Which secrets the administrator knows: ``password``, ``pin``."""
        known = {"password": self.password_known, "pin": self.pin_known}
        return frozenset(which for which, is_known in known.items() if is_known)


class FactorKind(models.TextChoices):
    TOTP = "totp", _("Code of an authenticator app")
    PASSKEY = "passkey", _("Passkey or security key")


class SecondFactor(TrackedModel):
    """What a person has beside the secret, where policy asks for it. ``secret`` is encrypted; a passkey has a public key."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="factors")
    kind = models.CharField(max_length=10, choices=FactorKind)
    name = models.CharField(max_length=100)
    secret = models.TextField(blank=True, default="")
    credential = models.CharField(max_length=1400, blank=True, default="")
    public_key = models.TextField(blank=True, default="")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["credential"], condition=~models.Q(credential=""), name="accounts_factor_credential_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class FactorUse(AppendOnlyModel):
    """A code or a passkey's challenge counts once: used again, the database refuses it."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.PROTECT, related_name="uses")
    once = models.CharField(max_length=100)  # the time step of a code, or the challenge that a passkey answered
    counter = models.BigIntegerField(default=0)  # of a passkey that counts: never lower than before
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["factor", "once"], name="accounts_factoruse_once")]

    def __str__(self) -> str:
        return f"{self.factor_id} {self.once}"


class AddressTries(models.Model):
    """Wrong log-ins from one address in one window. No plant data: the tries themselves are authentication events."""

    address = models.CharField(max_length=45)
    window = models.BigIntegerField()
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address", "window"], name="accounts_addresstries_once")]

    def __str__(self) -> str:
        return f"{self.address} {self.tries}"
