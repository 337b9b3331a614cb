"""Departures from the process: planned ones are agreed before and boxed, unplanned ones are decided after."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.records.models import TrackedModel
from quality.models.subjects import AboutSubject
from quality.states import DeviationSource, DeviationState


class Deviation(AboutSubject, TrackedModel):
    """``interval_from`` to ``interval_until`` is what it contains: since the last good reading.

    ``gate`` and ``gate_code`` name the closed gate that an accepted one opens, for this card only (the override row).
    """

    number = models.CharField(max_length=40, unique=True)
    planned = models.BooleanField(default=False)
    source = models.CharField(max_length=20, choices=DeviationSource)
    lot = models.ForeignKey("inventory.Lot", null=True, on_delete=models.PROTECT, related_name="+")
    description = models.TextField()
    details = models.JSONField(default=dict)
    interval_from = models.DateTimeField(null=True)
    interval_until = models.DateTimeField(null=True)
    unit_numbers = models.JSONField(default=list)
    gate = models.CharField(max_length=20, default="", blank=True)
    gate_code = models.CharField(max_length=40, default="", blank=True)
    valid_until = models.DateTimeField(null=True)  # planned: boxed by time
    state = models.CharField(max_length=10, choices=DeviationState, default=DeviationState.OPEN)
    decision = models.TextField(default="", blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    signature = models.ForeignKey("records.Signature", null=True, on_delete=models.PROTECT, related_name="+")
    owner_role = models.CharField(max_length=60, default="quality_engineer")
    due_on = models.DateField(null=True)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    raised_by_name = models.CharField(max_length=200)
    raised_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DeviationState.values), name="quality_deviation_state"),
            models.CheckConstraint(
                condition=Q(state=DeviationState.OPEN)
                | (Q(decided_at__isnull=False) & Q(decided_by__isnull=False) & Q(signature__isnull=False)),
                name="quality_deviation_decided_signed",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="quality_deviation_state"),
            models.Index(fields=["card_id"], name="quality_deviation_card"),
            models.Index(fields=["order_number"], name="quality_deviation_order"),
        ]

    def __str__(self) -> str:
        return self.number
