"""The company's rules that are in force, or will be."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from foundation.core import clock
from foundation.retention.models import RetentionRule


def company_rules() -> QuerySet[RetentionRule]:
    """Not ended ones, the oldest first."""
    open_ones = Q(valid_until=None) | Q(valid_until__gt=clock.today())
    found: QuerySet[RetentionRule] = RetentionRule.objects.filter(open_ones).order_by("pk")
    return found
