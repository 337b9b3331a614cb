"""Words of the domain for queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from changecontrol import states
from foundation.records.models import TrackedQuerySet


class ChangeQuerySet(TrackedQuerySet):
    def open(self) -> ChangeQuerySet:
        """Carrying drafts: raised, and not yet effective, refused or withdrawn."""
        return self.filter(state__in=states.OPEN)

    def carrying(self, *, routing_ids: Any = (), bom_ids: Any = ()) -> ChangeQuerySet:
        return self.filter(
            Q(affected__routing_revision_id__in=routing_ids) | Q(affected__bom_revision_id__in=bom_ids)
        ).distinct()

    def signed(self) -> ChangeQuerySet:
        """Approved by every side, and not withdrawn since."""
        return self.filter(
            state__in=[
                states.ChangeState.APPROVED,
                states.ChangeState.IMPLEMENTING,
                states.ChangeState.EFFECTIVE,
                states.ChangeState.CLOSED,
            ]
        )


class EffectivityQuerySet(TrackedQuerySet):
    def at(self, moment: datetime) -> EffectivityQuerySet:
        return self.filter(Q(valid_until=None) | Q(valid_until__gt=moment), valid_from__lte=moment)

    def by_date(self) -> EffectivityQuerySet:
        return self.filter(scope=states.Scope.DATE)


ChangeManager: Any = models.Manager.from_queryset(ChangeQuerySet)
EffectivityManager: Any = models.Manager.from_queryset(EffectivityQuerySet)
