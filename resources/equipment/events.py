"""Events of equipment."""

from dataclasses import dataclass

from foundation.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentStatusChanged(Event):
    equipment_id: int
    code: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationFailed(Event):
    """A gauge was found outside its tolerance: what it measured since ``last_good`` (ISO date or "") is in doubt."""

    equipment_id: int
    code: str
    calibration_id: int
    last_good: str
