"""Nonconforming product and what was decided about it (ISO 13485 8.3)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from foundation.records.models import TrackedModel
from quality.models.subjects import AboutSubject
from quality.states import DispositionKind, NonconformanceSource, NonconformanceState


class Nonconformance(AboutSubject, TrackedModel):
    """Product that does not conform: contained at once, without a cause; closed only with one, and when all is carried out.

    ``unit_numbers`` are the pieces of the batch it is about; ``stock_unit`` is what was split off and is on hold.
    """

    number = models.CharField(max_length=40, unique=True)
    source = models.CharField(max_length=20, choices=NonconformanceSource)
    item = models.ForeignKey("bom.Item", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey("inventory.Lot", on_delete=models.PROTECT, related_name="+")
    stock_unit = models.ForeignKey("inventory.StockUnit", null=True, on_delete=models.PROTECT, related_name="+")
    hold = models.ForeignKey("inventory.Hold", null=True, on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=20, decimal_places=6)
    unit = models.CharField(max_length=20)
    unit_numbers = models.JSONField(default=list)
    defect_code = models.CharField(max_length=60)
    description = models.TextField()
    containment = models.TextField(default="", blank=True)
    cause_code = models.CharField(max_length=60, default="", blank=True)
    cause = models.TextField(default="", blank=True)
    state = models.CharField(max_length=12, choices=NonconformanceState, default=NonconformanceState.OPEN)
    owner_role = models.CharField(max_length=60, default="quality_engineer")
    due_on = models.DateField(null=True)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    raised_by_name = models.CharField(max_length=200)
    raised_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="quality_nonconformance_quantity"),
            models.CheckConstraint(
                condition=Q(state__in=NonconformanceState.values), name="quality_nonconformance_state"
            ),
            models.CheckConstraint(
                condition=~Q(state=NonconformanceState.CLOSED)
                | (~Q(cause="") & ~Q(cause_code="") & Q(closed_at__isnull=False)),
                name="quality_nonconformance_closed_with_cause",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="quality_nc_state"),
            models.Index(fields=["order_number"], name="quality_nc_order"),
            models.Index(fields=["card_id"], name="quality_nc_card"),
            models.Index(fields=["lot"], name="quality_nc_lot"),
        ]

    def __str__(self) -> str:
        return self.number


class Disposition(TrackedModel):
    """What quality decided for a quantity of it, signed; and when it was carried out."""

    nonconformance = models.ForeignKey(Nonconformance, on_delete=models.PROTECT, related_name="dispositions")
    kind = models.CharField(max_length=12, choices=DispositionKind)
    quantity = models.DecimalField(max_digits=20, decimal_places=6)
    unit_numbers = models.JSONField(default=list)
    justification = models.TextField()
    rework_operation = models.PositiveIntegerField(null=True, blank=True)
    # A concession only (and repair, which needs one): said, never assumed; no blocks.
    regulatory_requirements_met = models.BooleanField(null=True)
    expires_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    signature = models.ForeignKey("records.Signature", on_delete=models.PROTECT, related_name="+")
    executed_at = models.DateTimeField(null=True)
    executed_by_name = models.CharField(max_length=200, default="", blank=True)
    execution_note = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="quality_disposition_quantity"),
            models.CheckConstraint(condition=Q(kind__in=DispositionKind.values), name="quality_disposition_kind"),
            models.CheckConstraint(
                condition=~Q(kind__in=["concession", "repair"]) | Q(regulatory_requirements_met=True),
                name="quality_disposition_regulatory",
            ),
            models.CheckConstraint(
                condition=Q(executed_at=None) | Q(executed_at__gte=F("decided_at")),
                name="quality_disposition_executed_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nonconformance_id} {self.kind} {self.quantity}"
