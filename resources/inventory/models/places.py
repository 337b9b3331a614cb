"""Places: where stock is, and where it comes from and goes to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from foundation.core.texts import localized
from foundation.records.models import TrackedModel
from resources.inventory.states import HOLDS_STOCK, PlaceKind, StockStatus


class Place(TrackedModel):
    """Suppliers, production and scrap are places too, so that every change of a quantity goes from one to another."""

    code = models.CharField(max_length=60, unique=True)
    name = models.JSONField(default=dict)  # {language: text}
    kind = models.CharField(max_length=12, choices=PlaceKind)
    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    released_only = models.BooleanField(default=False)  # a store for released stock: nothing else is put there

    class Meta:
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=PlaceKind.values), name="inventory_place_kind")]
        indexes = [models.Index(fields=["site", "kind"], name="inventory_place_of_site")]

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> str:
        return localized(self.name) or self.code

    def takes(self, status: str) -> bool:
        """May stock of this status stand here?"""
        return not self.released_only or status == StockStatus.RELEASED

    @property
    def holds_stock(self) -> bool:
        return self.kind in HOLDS_STOCK
