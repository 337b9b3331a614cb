"""Who has to sign a submitted change, and who did."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from changecontrol.models.changes import ChangeRequest
from foundation.records.models import TrackedModel


class ApprovalOutcome(models.TextChoices):
    APPROVED = "approved"
    REFUSED = "refused"


class ApprovalStep(TrackedModel):
    """One signature of the route in one round. ``signatures``: ids, one for the change and one for each revision."""

    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="approval_steps")
    round = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=20)
    permission = models.CharField(max_length=60)
    outcome = models.CharField(max_length=8, choices=ApprovalOutcome, default="", blank=True)
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signatures = models.JSONField(default=list, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["change", "round", "side"], name="changecontrol_step_side_once"),
            models.UniqueConstraint(
                fields=["change", "round", "signer"],
                condition=models.Q(signer__isnull=False),
                name="changecontrol_step_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="", signer=None, signed_at=None)
                | models.Q(outcome__in=["approved", "refused"], signer__isnull=False, signed_at__isnull=False),
                name="changecontrol_step_signed_or_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.outcome}"
