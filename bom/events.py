"""What the parts lists publish."""

from __future__ import annotations

from dataclasses import dataclass

from foundation.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class BomRevisionApproved(Event):
    """A revision is approved; ``item_id`` is what it makes."""

    revision_id: int
    item_id: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardCostSet(Event):
    """An item's standard cost changed: what rolls it up is out of date."""

    item_id: int
