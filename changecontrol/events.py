"""Events of change control."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from foundation.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSubmitted(Event):
    """A change waits for signatures."""

    change_id: int
    number: str
    permissions: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRefused(Event):
    """An approver refused; the drafts can be edited again."""

    change_id: int
    number: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeImplemented(Event):
    """The change is effective: its cards apply from now on, and each open order does what was signed.

    ``cards``: [{item_id, card_id, card_number, purpose, variant}]; ``decisions``: [{order_label, order_id, order_number,
    item_id, choice: finish_on_old|switch|hold, card_id (the new card of the item, or null)}].
    """

    change_id: int
    number: str
    cards: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
