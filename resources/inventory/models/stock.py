"""A lot is identity; a stock unit is what is held, split and moved; a movement is every change of a quantity."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from foundation.core.searching import search_index
from foundation.records.models import AppendOnlyModel, TrackedModel
from resources.inventory.models.places import Place
from resources.inventory.querysets import LotManager, StockUnitManager
from resources.inventory.states import ADDS, TAKES, MovementKind, StockStatus

DIGITS, PLACES = 24, 9  # 1 mm² said in m² has six places; nothing is rounded on the way


class Lot(TrackedModel):
    """What was received or made together (批). A serial unit is a lot of one whose parent is its batch.

    ``built_to_card`` is the process card (routing.processcard) that it was made under. All its stock is in ``unit``.
    """

    item = models.ForeignKey("bom.Item", on_delete=models.PROTECT, related_name="lots")
    number = models.CharField(max_length=60)
    serial = models.CharField(max_length=60, blank=True, default="")
    unit = models.CharField(max_length=20)
    supplier = models.ForeignKey(
        "bom.Supplier", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    supplier_lot = models.CharField(max_length=100, blank=True, default="")
    made_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    parent_lot = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", db_index=False
    )
    built_to_card = models.BigIntegerField(null=True, blank=True)

    objects = LotManager()  # type: ignore[misc,django-manager-missing]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "number", "serial"], name="inventory_lot_number_once"),
            models.UniqueConstraint(
                fields=["item", "serial"], condition=~Q(serial=""), name="inventory_lot_serial_once"
            ),
            models.CheckConstraint(condition=~Q(number=""), name="inventory_lot_has_number"),
            models.CheckConstraint(
                condition=Q(made_on=None) | Q(expires_on=None) | Q(expires_on__gte=F("made_on")),
                name="inventory_lot_expires_after_made",
            ),
            models.CheckConstraint(condition=~Q(parent_lot=F("id")), name="inventory_lot_not_its_own_parent"),
        ]
        indexes = [
            models.Index(
                fields=["supplier", "supplier_lot"], condition=~Q(supplier_lot=""), name="inventory_lot_supplier_lot"
            ),
            models.Index(fields=["parent_lot"], condition=Q(parent_lot__isnull=False), name="inventory_lot_children"),
            models.Index(fields=["number"], name="inventory_lot_by_number"),
            models.Index(fields=["expires_on"], name="inventory_lot_by_expiry"),
            search_index("number", "inventory_lot_number_trgm"),
            search_index("supplier_lot", "inventory_lot_sup_lot_trgm"),
            search_index("serial", "inventory_lot_serial_trgm"),
        ]

    def __str__(self) -> str:
        return self.display_number

    @property
    def display_number(self) -> str:
        """What people call it: the serial number where there is one."""
        return self.serial or self.number

    def is_expired(self, day: date) -> bool:
        """The day printed as expiry is the last good one."""
        return self.expires_on is not None and day > self.expires_on


class StockUnit(TrackedModel):
    """A container of one lot at one place (库存单元). Its quantity is the sum of its movements."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="stock_units")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="stock_units")
    container = models.CharField(max_length=60, unique=True)
    quantity = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    unit = models.CharField(max_length=20)
    status = models.CharField(max_length=12, choices=StockStatus)

    objects = StockUnitManager()  # type: ignore[misc,django-manager-missing]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=0), name="inventory_stockunit_not_negative"),
            models.CheckConstraint(condition=Q(status__in=StockStatus.values), name="inventory_stockunit_status_known"),
        ]
        indexes = [
            models.Index(fields=["status", "-id"], condition=Q(quantity__gt=0), name="inventory_stockunit_by_status"),
            search_index("container", "inventory_stockunit_trgm"),
        ]

    def __str__(self) -> str:
        return self.container

    @property
    def number(self) -> str:
        return self.container


class Movement(AppendOnlyModel):
    """A quantity of a stock unit went from a place to another. ``change`` is what that did to the stock unit.

    ``card_id`` and ``step_key`` (shopfloor.workcard) say what for; plain values, since there are millions.
    """

    stock_unit = models.ForeignKey(StockUnit, on_delete=models.PROTECT, related_name="movements", db_index=False)
    from_place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=MovementKind)
    quantity = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    change = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    unit = models.CharField(max_length=20)
    card_id = models.BigIntegerField(null=True)
    step_key = models.CharField(max_length=20, default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="inventory_movement_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=[str(kind) for kind in ADDS], change=F("quantity"))
                | Q(kind__in=[str(kind) for kind in TAKES], change=-F("quantity"))
                | Q(kind=MovementKind.MOVE, change=0),
                name="inventory_movement_change_by_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["stock_unit"], name="inventory_movement_of_unit"),
            models.Index(fields=["card_id"], condition=Q(card_id__isnull=False), name="inventory_movement_of_card"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity} {self.unit}"
