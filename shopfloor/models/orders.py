"""What is to be made, the batch it makes, and the card that travels with it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from foundation.core.searching import search_index
from foundation.records.models import AppendOnlyModel, TrackedModel
from shopfloor.states import OrderKind, OrderState

NOT_FOR_SALE = (OrderKind.TRIAL, OrderKind.VALIDATION, OrderKind.REWORK, OrderKind.ENGINEERING)


class WorkOrder(TrackedModel):
    """Make a quantity of an item. ``process_card`` is pinned at dispatch; only a signed migration moves it.

    ``held_from`` is the state to which a held order resumes.
    """

    number = models.CharField(max_length=40, unique=True)
    item = models.ForeignKey("bom.Item", on_delete=models.PROTECT, related_name="+")
    variant = models.CharField(max_length=40, default="", blank=True)
    quantity = models.DecimalField(max_digits=20, decimal_places=6)
    unit = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, choices=OrderKind, default=OrderKind.PRODUCTION)
    state = models.CharField(max_length=12, choices=OrderState, default=OrderState.PLANNED)
    held_from = models.CharField(max_length=12, choices=OrderState, default="", blank=True)
    process_card = models.ForeignKey("routing.ProcessCard", null=True, on_delete=models.PROTECT, related_name="+")
    effectivity_id = models.BigIntegerField(null=True)  # the row that answered at dispatch
    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="+")
    due = models.DateField(null=True, blank=True)
    note = models.TextField(default="", blank=True)
    planned_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shopfloor_workorder_quantity"),
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="shopfloor_workorder_state"),
            models.CheckConstraint(condition=Q(kind__in=OrderKind.values), name="shopfloor_workorder_kind"),
            models.CheckConstraint(
                condition=Q(process_card__isnull=False) | Q(state__in=["planned", "held", "cancelled"]),
                name="shopfloor_workorder_pinned",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="shopfloor_order_state"),
            search_index("number", "shopfloor_order_trgm"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def not_for_sale(self) -> bool:
        """Trial, validation, rework and engineering need a decision of quality to become saleable."""
        return self.kind in NOT_FOR_SALE


class ProductionBatch(TrackedModel):
    """What an order makes in one go: its lot, and for lot-tracked items the stock unit in process."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="batches")
    number = models.CharField(max_length=40, unique=True)
    lot = models.OneToOneField("inventory.Lot", on_delete=models.PROTECT, related_name="+")
    stock_unit = models.OneToOneField("inventory.StockUnit", null=True, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "production batches"
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="shopfloor_batch_quantity")]
        indexes = [search_index("number", "shopfloor_batch_trgm")]

    def __str__(self) -> str:
        return self.number


class BatchUnit(AppendOnlyModel):
    """One serial of a batch: its place in the batch (1…n), its own lot of one, its own stock unit."""

    batch = models.ForeignKey(ProductionBatch, on_delete=models.PROTECT, related_name="units", db_index=False)
    number = models.PositiveIntegerField()
    lot = models.OneToOneField("inventory.Lot", on_delete=models.PROTECT, related_name="+")
    stock_unit = models.OneToOneField("inventory.StockUnit", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="shopfloor_batchunit_once")]

    def __str__(self) -> str:
        return f"{self.batch_id}#{self.number}"


class TravelCard(TrackedModel):
    """The code that goes with a batch, or with one serial; scanning it at a station opens the next ready card there."""

    code = models.CharField(max_length=40, unique=True)
    batch = models.ForeignKey(ProductionBatch, on_delete=models.PROTECT, related_name="travel_cards")
    unit = models.OneToOneField(BatchUnit, null=True, on_delete=models.PROTECT, related_name="travel_card")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")

    class Meta:
        indexes = [search_index("code", "shopfloor_travelcard_trgm")]

    def __str__(self) -> str:
        return self.code
