"""A gauge was found out of tolerance: what it measured on a batch is judged, batch by batch (ISO 13485 7.6, BEY-11)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from foundation.records.models import TrackedModel
from quality.models.subjects import AboutSubject
from quality.states import AssessmentState


class GaugeAssessment(AboutSubject, TrackedModel):
    """One batch × one failed calibration. ``readings`` are the measurements in doubt, as they were shown:
    [{"key", "card", "card_id", "step", "piece", "value", "unit", "at", "by", "by_id"}]; ``key`` is ``r<id>`` of a reading and
    ``c<id>`` of a second check.

    Measurements that come to light later get an assessment of their own: a signed judgement covers what was shown.
    """

    number = models.CharField(max_length=40, unique=True)
    calibration = models.ForeignKey("equipment.Calibration", on_delete=models.PROTECT, related_name="assessments")
    lot = models.ForeignKey("inventory.Lot", on_delete=models.PROTECT, related_name="+")
    readings = models.JSONField()
    interval_from = models.DateTimeField()
    interval_until = models.DateTimeField()
    state = models.CharField(max_length=12, choices=AssessmentState, default=AssessmentState.OPEN)
    reason = models.TextField(default="", blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    signature = models.ForeignKey("records.Signature", null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=AssessmentState.values), name="quality_assessment_state"),
            models.CheckConstraint(
                condition=Q(state=AssessmentState.OPEN, decided_at=None, decided_by=None, signature=None)
                | (
                    ~Q(state=AssessmentState.OPEN)
                    & ~Q(reason="")
                    & Q(decided_at__isnull=False, decided_by__isnull=False, signature__isnull=False)
                ),
                name="quality_assessment_decided_signed",
            ),
            models.CheckConstraint(
                condition=Q(interval_from__lte=F("interval_until")), name="quality_assessment_interval"
            ),
            models.UniqueConstraint(
                fields=["calibration", "lot"],
                condition=Q(state=AssessmentState.OPEN),
                name="quality_assessment_open_once",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="quality_assessment_state"),
            models.Index(fields=["lot"], name="quality_assessment_lot"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def keys(self) -> set[str]:
        """The measurements that it covers."""
        return {str(row["key"]) for row in self.readings}

    @property
    def pieces(self) -> dict[int, list[int]]:
        """Card id → pieces measured there (empty: the card as a whole)."""
        found: dict[int, Any] = {}
        for row in self.readings:
            found.setdefault(int(row["card_id"]), set()).update({row["piece"]} if row["piece"] else set())
        return {card: sorted(pieces) for card, pieces in found.items()}
