"""Events of dhr."""

from dataclasses import dataclass

from foundation.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReleased(Event):
    """A device history record was released, wholly or in part."""

    record_id: int
    number: str
    lot_id: int
    quantity: str
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageMade(Event):
    """The worker finished a package."""

    package_id: int
    record_id: int
