"""Badges: what identifies a person at a scanner. The secret is what counts; a badge can be lost, lent and copied."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from foundation.records.models import AppendOnlyModel, TrackedModel


class Withdrawal(models.TextChoices):
    LOST = "lost", _("Lost")
    STOLEN = "stolen", _("Stolen")
    DAMAGED = "damaged", _("Damaged")
    REPLACED = "replaced", _("Replaced")
    RETURNED = "returned", _("Returned")
    EXPIRED = "expired", _("Expired")
    FAILED = "failed", _("Failed its test")
    LEFT = "left", _("Its owner has left")


class Badge(TrackedModel):
    """A badge's code identifies; the PIN is what counts. A lost one is out with one click.

    With ``valid_until`` it is a temporary one; the one without is *the* badge of its owner, and there is one at a time:
    a replacement withdraws it (21 CFR 11.300(c)).
    """

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="badges")
    code = models.CharField(max_length=60, unique=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    withdrawn_as = models.CharField(max_length=10, choices=Withdrawal, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("code"), name="accounts_badge_code_once"),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(revoked_at=None, valid_until=None),
                name="accounts_badge_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class BadgeTest(AppendOnlyModel):
    """Somebody scanned the badge and saw that it bears its code and is unaltered (21 CFR 11.300(e))."""

    badge = models.ForeignKey(Badge, on_delete=models.PROTECT, related_name="tests")
    passed = models.BooleanField()
    note = models.CharField(max_length=400, blank=True, default="")
    tested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    tested_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.badge_id} {self.tested_at:%Y-%m-%d}"
