"""Machines, tools and gauges."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from foundation.core.texts import localized
from foundation.records.models import AppendOnlyModel, TrackedModel
from resources.equipment.states import EquipmentStatus


class EquipmentClass(TrackedModel):
    """What an operation or a reading asks for: any piece of this class will do. ``quantity_kind`` is what a gauge measures."""

    code = models.CharField(max_length=60, unique=True)
    name = models.JSONField(default=dict)  # {language: text}
    is_gauge = models.BooleanField(default=False)
    quantity_kind = models.CharField(max_length=40, blank=True, default="")  # a dimension of core.units

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> str:
        return localized(self.name) or self.code


class Equipment(TrackedModel):
    """One machine, tool or gauge. ``calibration_due`` is the day after which it may not measure; a gauge without one may not."""

    code = models.CharField(max_length=60, unique=True)
    name = models.JSONField(default=dict)
    equipment_class = models.ForeignKey(EquipmentClass, on_delete=models.PROTECT, related_name="equipment")
    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="+")
    work_center = models.CharField(max_length=60, blank=True, default="")
    serial_number = models.CharField(max_length=100, blank=True, default="")
    status = models.CharField(max_length=12, choices=EquipmentStatus, default=EquipmentStatus.AVAILABLE)
    calibration_due = models.DateField(null=True, blank=True)
    range_low = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    range_high = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "equipment"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=EquipmentStatus.values), name="equipment_equipment_status"),
            models.CheckConstraint(
                condition=Q(range_low=None, range_high=None) | (Q(range_low__lt=F("range_high")) & ~Q(unit="")),
                name="equipment_equipment_range",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> str:
        return localized(self.name) or self.code


class StatusEvent(AppendOnlyModel):
    """When a piece of equipment went from one status to another, and why."""

    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="status_events", db_index=False)
    old = models.CharField(max_length=12)
    new = models.CharField(max_length=12)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["equipment", "at"], name="equipment_statusevent_of")]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
