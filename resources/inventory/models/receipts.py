"""What came in, how it was checked, and its labels. All written once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.core.searching import search_index
from foundation.records.models import AppendOnlyModel
from resources.inventory.models.places import Place
from resources.inventory.models.stock import DIGITS, PLACES, Lot, StockUnit
from resources.inventory.states import InspectionResult


class Receipt(AppendOnlyModel):
    """One delivery of one lot."""

    number = models.CharField(max_length=60, unique=True)
    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="receipt")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    unit = models.CharField(max_length=20)
    stated_quantity = models.CharField(max_length=60)  # as the delivery said it, before conversion
    containers = models.PositiveIntegerField()
    delivery_note = models.CharField(max_length=100, blank=True, default="")
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    received_by_name = models.CharField(max_length=200)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, containers__gt=0), name="inventory_receipt_positive")
        ]
        indexes = [search_index("number", "inventory_receipt_trgm")]

    def __str__(self) -> str:
        return self.number


class ReceiptInspection(AppendOnlyModel):
    """The incoming check of a container: what was looked at and the result. The newest counts.

    ``checks``: [{"check": text, "value": text, "passed": bool}].
    """

    stock_unit = models.ForeignKey(StockUnit, on_delete=models.PROTECT, related_name="inspections", db_index=False)
    result = models.CharField(max_length=10, choices=InspectionResult)
    checks = models.JSONField(default=list)
    note = models.TextField(blank=True, default="")
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    inspector_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(result=InspectionResult.ACCEPTED) | ~Q(note=""), name="inventory_inspection_rejected_why"
            )
        ]
        indexes = [models.Index(fields=["stock_unit", "-id"], name="inventory_inspection_of_unit")]

    def __str__(self) -> str:
        return f"{self.stock_unit_id} {self.result}"


class LabelReading(AppendOnlyModel):
    """A container's label was read back by a scanner, and said what it should. Printing is in the print queue."""

    stock_unit = models.ForeignKey(StockUnit, on_delete=models.PROTECT, related_name="label_readings")
    code = models.CharField(max_length=200)  # as the scanner sent it
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code
