"""Events of routing."""

from dataclasses import dataclass

from foundation.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessCardPublished(Event):
    """A process card exists from now on. When it becomes effective is said by the change that published it."""

    card_id: int
    card_number: str
    item_id: int
    item_number: str
    variant: str
    purpose: str
    revision: str
    content_hash: str
    change_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingReturned(Event):
    """A revision in review went back to draft, with a reason."""

    revision_id: int
    number: str
    reason: str
