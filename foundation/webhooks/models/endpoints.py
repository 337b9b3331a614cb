"""Who is told what."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.records.models import TrackedModel
from foundation.webhooks.states import EndpointState


class Endpoint(TrackedModel):
    """An address of another system. ``kinds`` are names of the catalogue; without a site it hears of every site.

    The secret is not here: it is made of ``salt`` and a key that the database does not know (signing.py). Until
    ``former_until`` the secret of ``former_salt`` signs too. ``fingerprint`` tells whether the key is still the one.
    """

    name = models.CharField(max_length=120, unique=True)
    url = models.CharField(max_length=1000)
    kinds = models.JSONField(default=list)
    site = models.ForeignKey("accounts.Site", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=EndpointState, default=EndpointState.ACTIVE)
    generation = models.PositiveIntegerField(default=1)
    salt = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=16)
    former_salt = models.CharField(max_length=64, default="", blank=True)
    former_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(former_salt="", former_until=None) | (~Q(former_salt="") & Q(former_until__isnull=False)),
                name="webhooks_endpoint_former",
            ),
            models.CheckConstraint(condition=~Q(salt=""), name="webhooks_endpoint_has_a_salt"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_told(self) -> bool:
        """What happens meanwhile is kept for it: also while it is paused."""
        return self.state != EndpointState.ENDED

    def salts_at(self, moment: datetime) -> list[str]:
        """The salts whose secrets sign at this moment, the newest first."""
        overlaps = self.former_until is not None and moment < self.former_until
        return [self.salt, *([self.former_salt] if overlaps else [])]
