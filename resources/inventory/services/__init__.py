"""What other apps call of inventory."""

from .consumption import consume, consume_many, remove_link
from .holds import lift_hold, place_hold
from .labels import confirm_label, print_container_labels
from .linking import Consumption
from .places import create_place
from .production import Production, open_lot, open_serials, produce, produce_many
from .receiving import inspect_receipt, receive_lot
from .status import change_status, reject_stock, release_stock
from .stock import merge_units, move_stock, put_away, scrap_stock, split_unit

__all__ = [
    "Consumption",
    "Production",
    "change_status",
    "confirm_label",
    "consume",
    "consume_many",
    "create_place",
    "inspect_receipt",
    "lift_hold",
    "merge_units",
    "move_stock",
    "open_lot",
    "open_serials",
    "place_hold",
    "print_container_labels",
    "produce",
    "produce_many",
    "put_away",
    "receive_lot",
    "reject_stock",
    "release_stock",
    "remove_link",
    "scrap_stock",
    "split_unit",
]
