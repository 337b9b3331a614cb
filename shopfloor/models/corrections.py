"""A wrong entry is not overwritten: another one is added, asked for and approved."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.records.models import TrackedModel
from shopfloor.models.steps import StepRecord
from shopfloor.states import CorrectionState


class Correction(TrackedModel):
    """``record`` is what was entered; ``applied_as`` the entry that counts instead, once approved."""

    record = models.ForeignKey(StepRecord, on_delete=models.PROTECT, related_name="corrections")
    new_value = models.TextField()
    reason = models.TextField()
    state = models.CharField(max_length=8, choices=CorrectionState, default=CorrectionState.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_by_name = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_by_name = models.CharField(max_length=200, default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField(default="", blank=True)
    signature = models.ForeignKey("records.Signature", null=True, on_delete=models.PROTECT, related_name="+")
    applied_as = models.OneToOneField(StepRecord, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="shopfloor_correction_reason"),
            models.CheckConstraint(
                condition=~Q(state=CorrectionState.APPLIED)
                | (Q(applied_as__isnull=False) & Q(decided_at__isnull=False)),
                name="shopfloor_correction_applied",
            ),
            models.UniqueConstraint(
                fields=["record"], condition=Q(state=CorrectionState.ASKED), name="shopfloor_correction_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.state}"
