from .genealogy import GenealogyLink
from .holds import Hold, HoldTarget
from .places import Place
from .receipts import LabelEvent, Receipt, ReceiptInspection
from .stock import Lot, Movement, StockUnit

__all__ = [
    "GenealogyLink",
    "Hold",
    "HoldTarget",
    "LabelEvent",
    "Lot",
    "Movement",
    "Place",
    "Receipt",
    "ReceiptInspection",
    "StockUnit",
]
