"""The item master and what items are made of."""

from .items import ApprovedSource, Item, ItemKind, MakeOrBuy, StandardCost, Supplier, Tracking
from .revisions import Basis, BomLine, BomRevision, BomTool

__all__ = [
    "ApprovedSource",
    "Basis",
    "BomLine",
    "BomRevision",
    "BomTool",
    "Item",
    "ItemKind",
    "MakeOrBuy",
    "StandardCost",
    "Supplier",
    "Tracking",
]
