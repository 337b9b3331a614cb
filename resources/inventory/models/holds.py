"""Holds: each its own record; any open one blocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from foundation.core.refs import RecordRef
from foundation.records.models import TrackedModel
from resources.inventory.querysets import HoldManager
from resources.inventory.states import HoldKind


@dataclass(frozen=True, slots=True)
class HoldTarget:
    """What is held: ``kind`` and the columns of `Hold` that say which."""

    kind: str
    columns: dict[str, Any]

    @classmethod
    def stock_unit(cls, stock_unit_id: int) -> Self:
        return cls(HoldKind.STOCK_UNIT, {"stock_unit_id": stock_unit_id})

    @classmethod
    def lot(cls, lot_id: int, *, with_descendants: bool = False) -> Self:
        """A lot with the serials of its batch, and all that was made of it when asked."""
        return cls(HoldKind.LOT, {"lot_id": lot_id, "with_descendants": with_descendants})

    @classmethod
    def supplier_lot(cls, supplier_id: int, supplier_lot: str) -> Self:
        """Every lot of ours that came from it, and all that was made of these."""
        return cls(
            HoldKind.SUPPLIER_LOT,
            {"supplier_id": supplier_id, "supplier_lot": supplier_lot, "with_descendants": True},
        )

    @classmethod
    def item(cls, item_id: int) -> Self:
        return cls(HoldKind.ITEM, {"item_id": item_id})

    @classmethod
    def order(cls, order: RecordRef) -> Self:
        """What was made by an order; which lots these are, the floor answers."""
        return cls(HoldKind.ORDER, {"ref_label": order.label, "ref_id": order.id, "ref_number": order.number})

    @classmethod
    def equipment(cls, equipment_id: int, begins: datetime, ends: datetime | None = None) -> Self:
        """What was made or measured with it in the time; which lots these are, the floor answers."""
        return cls(HoldKind.EQUIPMENT, {"equipment_id": equipment_id, "begins": begins, "ends": ends})


def _target(model: str) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(model, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)


class Hold(TrackedModel):
    """A hold (冻结): what, why, from where, who placed it and who lifted it."""

    kind = models.CharField(max_length=12, choices=HoldKind)
    stock_unit = _target("inventory.StockUnit")
    lot = _target("inventory.Lot")
    item = _target("bom.Item")
    supplier = _target("bom.Supplier")
    supplier_lot = models.CharField(max_length=100, blank=True, default="")
    equipment = _target("equipment.Equipment")
    begins = models.DateTimeField(null=True, blank=True)
    ends = models.DateTimeField(null=True, blank=True)
    ref_label = models.CharField(max_length=100, blank=True, default="")
    ref_id = models.BigIntegerField(null=True, blank=True)
    ref_number = models.CharField(max_length=100, blank=True, default="")
    with_descendants = models.BooleanField(default=False)
    reason = models.TextField()
    source_label = models.CharField(max_length=100, blank=True, default="")
    source_id = models.BigIntegerField(null=True, blank=True)
    source_number = models.CharField(max_length=100, blank=True, default="")
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    placed_by_name = models.CharField(max_length=200)
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_by_name = models.CharField(max_length=200, blank=True, default="")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lift_reason = models.TextField(blank=True, default="")

    objects = HoldManager()  # type: ignore[misc,django-manager-missing]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=HoldKind.STOCK_UNIT, stock_unit__isnull=False)
                | Q(kind=HoldKind.LOT, lot__isnull=False)
                | (Q(kind=HoldKind.SUPPLIER_LOT, supplier__isnull=False) & ~Q(supplier_lot=""))
                | Q(kind=HoldKind.ITEM, item__isnull=False)
                | Q(kind=HoldKind.ORDER, ref_id__isnull=False)
                | Q(kind=HoldKind.EQUIPMENT, equipment__isnull=False, begins__isnull=False),
                name="inventory_hold_has_its_target",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="inventory_hold_has_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | ~Q(lift_reason=""), name="inventory_hold_lifted_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("begins")), name="inventory_hold_interval_forward"
            ),
        ]
        indexes = [
            models.Index(fields=["kind"], condition=Q(lifted_at=None), name="inventory_hold_open"),
            models.Index(fields=["stock_unit"], condition=Q(stock_unit__isnull=False), name="inventory_hold_unit"),
            models.Index(fields=["lot"], condition=Q(lot__isnull=False), name="inventory_hold_lot"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.lifted_at is None

    @property
    def number(self) -> str:
        return f"HOLD-{self.pk}"

    @property
    def target_number(self) -> str:
        """What people call the thing that is held; the target should be loaded (selectors.hold_list)."""
        if self.kind == HoldKind.SUPPLIER_LOT:
            return self.supplier_lot
        if self.kind == HoldKind.ORDER:
            return self.ref_number
        return str(getattr(self, self.kind))

    @property
    def source(self) -> RecordRef | None:
        return RecordRef(self.source_label, self.source_id, self.source_number) if self.source_id else None
