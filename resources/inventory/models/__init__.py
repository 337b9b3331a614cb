from .genealogy import GenealogyLink
from .holds import Hold, HoldTarget
from .places import Place
from .receipts import LabelReading, Receipt, ReceiptInspection
from .stock import Lot, Movement, StockUnit

__all__ = [
    "GenealogyLink",
    "Hold",
    "HoldTarget",
    "LabelReading",
    "Lot",
    "Movement",
    "Place",
    "Receipt",
    "ReceiptInspection",
    "StockUnit",
]
