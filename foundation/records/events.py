"""Events of the records layer."""

from dataclasses import dataclass

from foundation.core.events import Event

OVERDUE, NOT_SEALED, NOT_EXPORTED, ROLLED_BACK, NOT_STAMPED = (
    "overdue",
    "not-sealed",
    "not-exported",
    "rolled-back",
    "not-stamped",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TamperingFound(Event):
    """A verification found records that are not as they were written. ``first`` is the first finding, in words."""

    verification_id: int
    count: int
    first: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingTroubled(Event):
    """Sealing, exporting or stamping does not go as it must. ``kind`` is one of the words above."""

    kind: str
    detail: str
