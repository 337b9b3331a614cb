"""Tokens of the API: what a program proves itself with, in the name of a person or of an account made for a machine."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from foundation.records.models import TrackedModel


class ApiToken(TrackedModel):
    """Lets a program in as ``user``, with the user's roles, until it ends. Only its SHA-256 is kept; ``hint`` tells it apart."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=100)
    hint = models.CharField(max_length=12)
    token_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gt=models.F("issued_at")), name="accounts_apitoken_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class ApiTokenUse(models.Model):
    """When a token last let somebody in, to the minute: no plant data, so that a thousand reads write no thousand histories."""

    token = models.OneToOneField(ApiToken, on_delete=models.PROTECT, related_name="use")
    last_used_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.token_id} {self.last_used_at:%Y-%m-%d}"
