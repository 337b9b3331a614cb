"""Words of the domain for queries."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from foundation.records.models import RevisionState, TrackedQuerySet


class ItemQuerySet(TrackedQuerySet):
    def made(self) -> ItemQuerySet:
        return self.filter(make_or_buy="make")

    def bought(self) -> ItemQuerySet:
        return self.filter(make_or_buy="buy")

    def matching(self, text: str) -> ItemQuerySet:
        """Number, name in any language, or a supplier's part number contains the text."""
        if not text.strip():
            return self
        words = text.strip()
        return self.filter(
            Q(number__icontains=words)
            | Q(name__en__icontains=words)
            | Q(**{"name__zh-hans__icontains": words})
            | Q(sources__part_number__icontains=words)
        ).distinct()


class RevisionQuerySet(TrackedQuerySet):
    def approved(self) -> RevisionQuerySet:
        return self.filter(state=RevisionState.APPROVED)

    def open(self) -> RevisionQuerySet:
        """Being worked on: draft or in review."""
        return self.filter(state__in=[RevisionState.DRAFT, RevisionState.IN_REVIEW])

    def newest_first(self) -> RevisionQuerySet:
        return self.order_by("-sequence")


ItemManager: Any = models.Manager.from_queryset(ItemQuerySet)
RevisionManager: Any = models.Manager.from_queryset(RevisionQuerySet)
