"""Events of quality."""

from dataclasses import dataclass

from foundation.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class NonconformanceRaised(Event):
    nonconformance_id: int
    number: str
    lot_id: int
    card_id: int | None
    order_number: str
    quantity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DispositionDecided(Event):
    """``unit_numbers`` are the pieces it is about; ``rework_operation`` where a rework begins (None: where it was found)."""

    disposition_id: int
    nonconformance_id: int
    number: str
    kind: str
    quantity: str
    lot_id: int
    stock_unit_id: int | None
    card_id: int | None
    unit_numbers: list[int]
    rework_operation: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NonconformanceClosed(Event):
    nonconformance_id: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationRaised(Event):
    deviation_id: int
    number: str
    planned: bool
    source: str
    card_id: int | None
    order_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationDecided(Event):
    deviation_id: int
    number: str
    state: str
    card_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRecorded(Event):
    inspection_id: int
    kind: str
    result: str
    card_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAssessed(Event):
    """Quality judged what a gauge that was out of tolerance measured on a batch."""

    assessment_id: int
    number: str
    affected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DispositionExecuted(Event):
    disposition_id: int
    nonconformance_id: int
    kind: str
    quantity: str
    card_id: int | None
    unit_numbers: list[int]
