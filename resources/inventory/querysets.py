"""Chainable words about lots, stock and holds."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from foundation.records.models import TrackedQuerySet
from resources.inventory.states import StockStatus


class LotQuerySet(TrackedQuerySet):
    def matching(self, text: str) -> LotQuerySet:
        """Our number, the supplier's number or a serial number contains this text."""
        words = text.strip()
        return self.filter(Q(number__icontains=words) | Q(supplier_lot__icontains=words) | Q(serial__icontains=words))


class StockUnitQuerySet(TrackedQuerySet):
    def present(self) -> StockUnitQuerySet:
        """Something is left in it."""
        return self.filter(quantity__gt=0)

    def released(self) -> StockUnitQuerySet:
        return self.filter(status=StockStatus.RELEASED)

    def unexpired(self, day: date) -> StockUnitQuerySet:
        """The day printed as expiry is the last good one."""
        return self.filter(Q(lot__expires_on=None) | Q(lot__expires_on__gte=day))

    def first_expired_first(self) -> StockUnitQuerySet:
        """FEFO; what never expires comes last, older receipts before newer ones."""
        return self.order_by(F("lot__expires_on").asc(nulls_last=True), "lot_id", "pk")


class HoldQuerySet(TrackedQuerySet):
    def open(self) -> HoldQuerySet:
        return self.filter(lifted_at=None)


LotManager = models.Manager.from_queryset(LotQuerySet)
StockUnitManager = models.Manager.from_queryset(StockUnitQuerySet)
HoldManager = models.Manager.from_queryset(HoldQuerySet)
