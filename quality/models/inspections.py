"""What an inspector found. Written once: an inspection that was wrong is followed by another one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.records.models import AppendOnlyModel
from quality.models.subjects import AboutSubject
from quality.states import InspectionKind, InspectionResult


class Inspection(AboutSubject, AppendOnlyModel):
    """``checks``: [{"name", "value", "unit", "lower", "upper", "ok"}], numbers as strings."""

    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=InspectionKind)
    lot = models.ForeignKey("inventory.Lot", null=True, on_delete=models.PROTECT, related_name="+")
    unit_numbers = models.JSONField(default=list)
    result = models.CharField(max_length=10, choices=InspectionResult)
    checks = models.JSONField(default=list)
    note = models.TextField(default="", blank=True)
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    inspector_name = models.CharField(max_length=200)
    station = models.CharField(max_length=60, default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(result__in=InspectionResult.values), name="quality_inspection_result"),
            models.CheckConstraint(condition=Q(kind__in=InspectionKind.values), name="quality_inspection_kind"),
        ]
        indexes = [models.Index(fields=["card_id", "kind"], name="quality_inspection_card")]

    def __str__(self) -> str:
        return self.number
