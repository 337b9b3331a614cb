"""State machines are tables: (source, event, target, permission, signature meaning, reason required).

A table drives the code, the buttons, the documentation and the tests. There is no other place where a state moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from foundation.core.errors import NotValid, TransitionNotAllowed


@dataclass(frozen=True, slots=True)
class Transition:
    """One row. ``meaning`` is the signature's meaning ("" = not signed); ``label`` is the button's text."""

    source: str
    event: str
    target: str
    permission: str = ""
    meaning: str = ""
    reason_required: bool = False
    label: Any = ""


class StateTable:
    """The rows of one state machine, by (source, event)."""

    def __init__(self, name: str, transitions: Iterable[Transition]) -> None:
        self.name = name
        self.transitions = tuple(transitions)
        self._by_key = {(row.source, row.event): row for row in self.transitions}
        if len(self._by_key) != len(self.transitions):
            raise ValueError(f"{name}: two rows for one state and event")

    def __iter__(self) -> Iterator[Transition]:
        return iter(self.transitions)

    @property
    def states(self) -> set[str]:
        return {row.source for row in self.transitions} | {row.target for row in self.transitions}

    @property
    def moves(self) -> set[tuple[str, str]]:
        """(source, target) pairs; what the database's trigger lets through."""
        return {(row.source, row.target) for row in self.transitions}

    def events_from(self, state: str) -> list[Transition]:
        """The next acts on a record in this state: its buttons."""
        return [row for row in self.transitions if row.source == state]

    def permission(self, event: str) -> str:
        """What this event asks of a person from whatever state; "" where that differs by state, or where nothing is asked.

        A service asks it before the state: who may not do a thing is not told how the thing stands.
        """
        asked = {row.permission for row in self.transitions if row.event == event}
        return asked.pop() if len(asked) == 1 else ""

    def next(self, state: str, event: str, *, reason: str = "") -> Transition:
        """The row for this event from this state. TransitionNotAllowed when there is none, NotValid without its reason."""
        row = self._by_key.get((str(state), event))
        if row is None:
            raise TransitionNotAllowed(
                _("“%(event)s” is not possible while this is “%(state)s”.") % {"event": event, "state": state},
                details={"state": str(state), "event": event},
            )
        if row.reason_required and not reason.strip():
            raise NotValid(_("Give a reason."), code="reason-required", field="reason")
        return row
