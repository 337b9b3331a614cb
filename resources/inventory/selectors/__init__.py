"""Reads of inventory."""

from .balance import stock_differences
from .holds import hold_list, holds_of_units, open_holds_on
from .stock import (
    advice,
    stock_of,
    unit_by_container,
    usability,
)
from .trace import (
    Trace,
    TraceLink,
    TraceNode,
    ancestors_of,
    net_consumption,
    trace,
    trace_ids,
)

__all__ = [
    "Trace",
    "TraceLink",
    "TraceNode",
    "advice",
    "ancestors_of",
    "hold_list",
    "holds_of_units",
    "net_consumption",
    "open_holds_on",
    "stock_differences",
    "stock_of",
    "trace",
    "trace_ids",
    "unit_by_container",
    "usability",
]
