"""Events of inventory."""

from dataclasses import dataclass

from foundation.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReceived(Event):
    lot_id: int
    item_id: int
    receipt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReleased(Event):
    """``was``: the status before; what was in process is released with its record only."""

    stock_unit_id: int
    lot_id: int
    item_id: int
    was: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRejected(Event):
    stock_unit_id: int
    lot_id: int
    item_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPlaced(Event):
    """``kind`` and ``target`` as in `Hold`; ``lot_ids`` are the lots held directly, not their descendants."""

    hold_id: int
    kind: str
    target: str
    reason: str
    lot_ids: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLifted(Event):
    hold_id: int
    kind: str
    target: str
    reason: str
