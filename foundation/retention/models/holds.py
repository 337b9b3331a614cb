"""Legal holds (法律保留): nothing that one covers is disposed of, whatever its period. Not a hold on stock."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from foundation.core.refs import RecordRef
from foundation.records.models import TrackedModel
from foundation.retention.states import HoldState


class LegalHold(TrackedModel):
    """One scope: a record (of a lot, an item or an order all their records too), or everything that tells of a period."""

    number = models.CharField(max_length=40, unique=True)
    matter = models.CharField(max_length=200)
    reason = models.TextField()
    subject_label = models.CharField(max_length=100, default="", blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    subject_number = models.CharField(max_length=200, default="", blank=True)
    period_from = models.DateField(null=True, blank=True)
    period_until = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=HoldState, default=HoldState.IN_FORCE)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    placed_by_name = models.CharField(max_length=200)
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_by_name = models.CharField(max_length=200, default="", blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lift_reason = models.TextField(default="", blank=True)
    signature = models.ForeignKey(
        "records.Signature", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(subject_id__isnull=False) & ~Q(subject_label="") & Q(period_from=None, period_until=None))
                | Q(subject_id=None, subject_label="", period_from__isnull=False, period_until__isnull=False),
                name="retention_hold_one_scope",
            ),
            models.CheckConstraint(
                condition=Q(period_from=None) | Q(period_until__gte=F("period_from")), name="retention_hold_forward"
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(matter=""), name="retention_hold_has_reason"),
            models.CheckConstraint(
                condition=Q(state=HoldState.IN_FORCE, lifted_at=None)
                | (Q(state=HoldState.LIFTED, lifted_at__isnull=False, signature__isnull=False) & ~Q(lift_reason="")),
                name="retention_hold_lifted_signed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["subject_label", "subject_id"], condition=Q(state="in_force"), name="retention_hold_in_force"
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> RecordRef | None:
        if self.subject_id is None:
            return None
        return RecordRef(self.subject_label, self.subject_id, self.subject_number)
