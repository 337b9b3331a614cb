"""The company's own rules; what the law asks is in `foundation.retention.law`."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from foundation.records.models import TrackedModel
from foundation.retention.states import ForMarket, Start


class RetentionRule(TrackedModel):
    """Keep this kind of record so many years from ``counts_from``, for the products that it names.

    ``record_label`` "" is every kind, ``market`` "" every market. In force from ``valid_from`` to the day before ``valid_until``.
    """

    number = models.CharField(max_length=40, unique=True)
    record_label = models.CharField(max_length=100, default="", blank=True)
    market = models.CharField(max_length=5, choices=ForMarket, default=ForMarket.ANY, blank=True)
    implants_only = models.BooleanField(default=False)
    years = models.PositiveSmallIntegerField()
    counts_from = models.CharField(max_length=12, choices=Start, default=Start.RELEASED)
    source = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(years__gte=1, years__lte=200), name="retention_rule_years"),
            models.CheckConstraint(condition=~Q(source=""), name="retention_rule_has_source"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="retention_rule_forward"
            ),
        ]

    def __str__(self) -> str:
        return self.number
