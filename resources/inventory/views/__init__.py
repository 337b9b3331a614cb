from .holds import hold_lift, hold_list, hold_place, hold_record
from .lots import lot_genealogy, lot_list, lot_movements, lot_record
from .places import place_create, place_list
from .receiving import labels, quarantine_list, receipt_list, receive, unit_check
from .stock import stock_list, unit_label, unit_move, unit_record, unit_scrap, unit_split, unit_status
from .trace import trace_graph, trace_page

__all__ = [
    "hold_lift",
    "hold_list",
    "hold_place",
    "hold_record",
    "labels",
    "lot_genealogy",
    "lot_list",
    "lot_movements",
    "lot_record",
    "place_create",
    "place_list",
    "quarantine_list",
    "receipt_list",
    "receive",
    "stock_list",
    "trace_graph",
    "trace_page",
    "unit_check",
    "unit_label",
    "unit_move",
    "unit_record",
    "unit_scrap",
    "unit_split",
    "unit_status",
]
