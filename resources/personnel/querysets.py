"""Chainable words about grants."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from foundation.records.models import TrackedQuerySet


class GrantQuerySet(TrackedQuerySet):
    def in_force(self, moment: datetime) -> GrantQuerySet:
        """Begun, not ended, not revoked at this moment."""
        return self.filter(
            Q(valid_until=None) | Q(valid_until__gt=moment),
            Q(revoked_at=None) | Q(revoked_at__gt=moment),
            valid_from__lte=moment,
        )

    def ending_before(self, moment: datetime) -> GrantQuerySet:
        return self.filter(valid_until__lte=moment, revoked_at=None)


GrantManager = models.Manager.from_queryset(GrantQuerySet)
