"""What went into what: one edge table, read both ways."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from foundation.records.models import AppendOnlyModel
from resources.inventory.models.stock import DIGITS, PLACES, Lot, StockUnit
from resources.inventory.states import LinkKind


class GenealogyLink(AppendOnlyModel):
    """``quantity`` of the consumed lot, in its unit, went into the produced lot; a ``remove`` says how much came out again.

    ``removes`` is the link that a removal undoes. ``card_id`` (shopfloor.workcard) and ``step_key`` are plain values, since
    there are millions. ``position`` is the line of the parts list.
    """

    consumed_lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="used_in", db_index=False)
    produced_lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="made_of", db_index=False)
    kind = models.CharField(max_length=8, choices=LinkKind)
    quantity = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    unit = models.CharField(max_length=20)
    stock_unit = models.ForeignKey(StockUnit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    removes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="removals", db_index=False)
    card_id = models.BigIntegerField(null=True)
    step_key = models.CharField(max_length=20, default="", blank=True)
    position = models.CharField(max_length=20, default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="inventory_link_positive"),
            models.CheckConstraint(condition=~Q(consumed_lot=F("produced_lot")), name="inventory_link_two_lots"),
            models.CheckConstraint(
                condition=Q(kind=LinkKind.REMOVE, removes__isnull=False)
                | (~Q(kind=LinkKind.REMOVE) & Q(removes__isnull=True)),
                name="inventory_link_removal_names_its_link",
            ),
        ]
        indexes = [
            models.Index(fields=["consumed_lot"], include=["produced_lot"], name="inventory_link_down"),
            models.Index(fields=["produced_lot"], include=["consumed_lot"], name="inventory_link_up"),
            # Removals are rare: tracing net looks them up here alone.
            models.Index(
                fields=["consumed_lot", "produced_lot"],
                condition=Q(kind=LinkKind.REMOVE),
                name="inventory_link_removals",
            ),
            models.Index(fields=["removes"], condition=Q(removes__isnull=False), name="inventory_link_removed"),
            models.Index(fields=["card_id"], condition=Q(card_id__isnull=False), name="inventory_link_of_card"),
        ]

    def __str__(self) -> str:
        return f"{self.consumed_lot_id} → {self.produced_lot_id}"
