"""Events of the shop floor."""

from dataclasses import dataclass

from foundation.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrderDispatched(Event):
    order_id: int
    number: str
    batch_id: int
    process_card_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CardStarted(Event):
    card_id: int
    number: str
    order_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecorded(Event):
    card_id: int
    record_id: int
    step_key: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionReported(Event):
    card_id: int
    report_id: int
    good: int
    scrap: int
    rework: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCompleted(Event):
    card_id: int
    number: str
    order_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrderCompleted(Event):
    """Every piece is accounted for: the device history record can be compiled."""

    order_id: int
    number: str
    batch_id: int
    lot_id: int
    good: int
