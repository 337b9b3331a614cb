"""Calibrations: written once, the newest says until when the gauge may measure."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from foundation.records.models import AppendOnlyModel
from resources.equipment.models.equipment import Equipment


class Calibration(AppendOnlyModel):
    """As found, as left. ``as_found_passed`` False puts into doubt what was measured since the last good one.

    ``doubt_low`` to ``doubt_high`` (in the equipment's unit, ends included) is where it was out; both empty: everywhere.
    ``passed`` is the state the gauge left in; only then is there a ``due``.
    """

    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="calibrations", db_index=False)
    done_at = models.DateTimeField()
    as_found = models.CharField(max_length=200)
    as_found_passed = models.BooleanField()
    doubt_low = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    doubt_high = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    as_left = models.CharField(max_length=200, blank=True, default="")
    passed = models.BooleanField()
    due = models.DateField(null=True)
    certificate = models.CharField(max_length=100)
    laboratory = models.CharField(max_length=200, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(passed=True, due__isnull=False) | Q(passed=False, due=None),
                name="equipment_calibration_due_when_passed",
            ),
            models.CheckConstraint(
                condition=Q(doubt_low=None, doubt_high=None) | Q(doubt_low__lte=F("doubt_high"), as_found_passed=False),
                name="equipment_calibration_doubt",
            ),
        ]
        indexes = [models.Index(fields=["equipment", "done_at"], name="equipment_calibration_of")]

    def __str__(self) -> str:
        return self.certificate
