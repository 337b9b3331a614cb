"""The item master and what items are made of."""

from .baselines import Baseline, BaselineApproval, BaselineEntry
from .items import ApprovedSource, Item, ItemKind, MakeOrBuy, Market, StandardCost, Supplier, Tracking
from .revisions import Basis, BomLine, BomRevision, BomTool

__all__ = [
    "ApprovedSource",
    "Baseline",
    "BaselineApproval",
    "BaselineEntry",
    "Basis",
    "BomLine",
    "BomRevision",
    "BomTool",
    "Item",
    "ItemKind",
    "MakeOrBuy",
    "Market",
    "StandardCost",
    "Supplier",
    "Tracking",
]
