"""Events of keeping."""

from dataclasses import dataclass

from foundation.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveTroubled(Event):
    """An archive's file is missing or is not what was made. ``detail`` says what was found."""

    archive_id: int
    number: str
    verdict: str
    detail: str
