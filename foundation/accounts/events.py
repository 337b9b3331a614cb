"""Events of accounts."""

from dataclasses import dataclass

from foundation.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLockedOut(Event):
    """Five wrong tries: security is told at once."""

    user_id: int
    name: str
    station: str
