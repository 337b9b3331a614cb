"""What is done and what comes next: derived from what was recorded, never stored. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from shopfloor.definition import OperationDefinition, StepDefinition
from shopfloor.rules import SPREAD, asked_pieces
from shopfloor.states import Reaction, StepOutcome

# An entry with one of these does not finish its step: it is to be recorded again.
NOT_FINAL = (Reaction.REMEASURE, Reaction.REWORK_LOOP)


@dataclass(frozen=True, slots=True)
class Entry:
    """A step to be recorded: for the card (``piece`` None) or for one piece."""

    step: StepDefinition
    piece: int | None

    def as_json(self) -> dict[str, Any]:
        return {"step": self.step.key, "unit_no": self.piece}


@dataclass(frozen=True, slots=True)
class Spread:
    """All pieces of the operation, for the rules that look at more than one: of a serial's card, all serials of its batch.

    ``lying`` are those that are here or went on good, ``starting`` those among which the first piece is looked for,
    ``recorded`` by step those with an entry that counts.
    """

    lying: tuple[int, ...] = ()
    starting: tuple[int, ...] = ()
    recorded: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def asked(self, step: StepDefinition) -> set[int]:
        """The pieces that a step with such a rule is asked for."""
        recorded = self.recorded.get(step.key, frozenset())
        if step.rule != "first_piece":
            return asked_pieces(step.rule, step.every, self.lying, recorded)
        if self.starting != self.lying:  # it is made anew, after a change
            recorded = recorded & frozenset(self.starting)
        return asked_pieces(step.rule, step.every, self.starting, recorded)


class Progress:
    """The records of a card against its operation.

    ``records`` are rows (or objects) with id, step_key, unit_no, outcome, reaction, quantity, position, value, checked, disputed;
    ``spread`` is where all pieces are, for the rules that look at more than one.
    """

    def __init__(
        self, operation: OperationDefinition, records: Iterable[Any], spread: Spread, needed: dict[str, Decimal]
    ) -> None:
        self.operation = operation
        self.records = sorted(records, key=lambda record: record.id)
        self.spread = spread
        self.first = min(spread.starting, default=0)
        self.needed = needed  # position → what one entry of its material step must scan
        self._asked: dict[str, set[int]] = {}
        self._loops = self._last_loops()

    def _last_loops(self) -> dict[int | None, int]:
        """Of each piece, the newest entry that sent it back: what was recorded before does not count any more."""
        return {r.unit_no: r.id for r in self.records if r.reaction == Reaction.REWORK_LOOP}

    def entries_of(self, step: StepDefinition, piece: int | None) -> list[Any]:
        """Entries of a step that still count, oldest first; a loop voids what was before it, but no part that is in."""
        since = self._loops.get(piece, 0) if step.per_piece and step.kind != "material_scan" else 0
        return [r for r in self.records if r.step_key == step.key and r.unit_no == piece and r.id > since]

    def in_force(self, step: StepDefinition, piece: int | None) -> Any | None:
        """The newest entry: it is the one that counts."""
        rows = self.entries_of(step, piece)
        return rows[-1] if rows else None

    def scanned(self, step: StepDefinition, piece: int | None, position: str) -> Decimal:
        """Quantity of a position that is in, net of what was taken out again."""
        total = Decimal(0)
        for row in self.entries_of(step, piece):
            if row.position == position and row.quantity is not None:
                total += -row.quantity if row.outcome == StepOutcome.REMOVED else row.quantity
        return total

    def is_recorded(self, step: StepDefinition, piece: int | None) -> bool:
        """There is an entry that finishes the step, its second check aside."""
        if step.kind == "material_scan":
            return self._material_in(step, piece)
        row = self.in_force(step, piece)
        if row is None or row.outcome in (StepOutcome.PENDING, StepOutcome.REMOVED) or row.reaction in NOT_FINAL:
            return False
        # A clearance that was not clear is done again; an entry that the second person disputed too.
        return not (row.outcome == StepOutcome.FAILED and not row.reaction) and not row.disputed

    def is_done(self, step: StepDefinition, piece: int | None) -> bool:
        """Recorded, and checked by a second person where the card asks for it."""
        return self.is_recorded(step, piece) and not self.waits_for_check(step, piece)

    def waits_for_check(self, step: StepDefinition, piece: int | None) -> bool:
        """Recorded, and the second person has not looked at it yet."""
        return bool(self.unchecked(step, piece)) and self.is_recorded(step, piece)

    def unchecked(self, step: StepDefinition, piece: int | None) -> list[Any]:
        """Entries of the step that a second person must look at."""
        if not step.second_check:
            return []
        rows = self.entries_of(step, piece)
        rows = rows if step.kind == "material_scan" else rows[-1:]
        return [r for r in rows if not r.checked and r.outcome != StepOutcome.REMOVED and r.value != "not_used"]

    def _material_in(self, step: StepDefinition, piece: int | None) -> bool:
        if any(row.value == "not_used" for row in self.entries_of(step, piece)):
            return True
        return all(self.scanned(step, piece, p) >= self.needed.get(p, Decimal(0)) for p in step.positions)

    def applies(self, step: StepDefinition, piece: int) -> bool:
        """Is the step asked for this piece?"""
        if step.rule not in SPREAD:
            return step.per_piece and step.rule == "every_unit"
        if step.key not in self._asked:
            self._asked[step.key] = self.spread.asked(step)
        return piece in self._asked[step.key]

    def is_sampled(self, piece: int) -> bool:
        """Is a step that looks at more than one piece asked for this one, wherever it is?"""
        return any(step.rule in SPREAD and self.applies(step, piece) for step in self.operation.steps)

    def open_for_card(self, rule: str) -> list[Entry]:
        """Open steps that are recorded once, before (``card_start``) or after (``card_end``) the pieces."""
        return [Entry(s, None) for s in self.operation.steps if s.rule == rule and not self.is_done(s, None)]

    def open_for_piece(self, piece: int) -> list[Entry]:
        steps = [s for s in self.operation.steps if self.applies(s, piece)]
        return [Entry(s, piece) for s in steps if not self.is_done(s, piece)]

    def open_entries(self, pieces: Sequence[int]) -> list[Entry]:
        """Everything open for these pieces, in the order of work."""
        per_piece = [entry for piece in pieces for entry in self.open_for_piece(piece)]
        return [*self.open_for_card("card_start"), *per_piece, *self.open_for_card("card_end")]

    def before(self, step: StepDefinition, piece: int | None, pieces: Sequence[int]) -> list[Entry]:
        """What must be recorded before this entry: the sequence (domain, gate Method). A review may come later."""
        return [entry for entry in self._before(step, piece, pieces) if not self._only_review_open(entry)]

    def _only_review_open(self, entry: Entry) -> bool:
        return entry.step.second_check == "review" and self.is_recorded(entry.step, entry.piece)

    def _before(self, step: StepDefinition, piece: int | None, pieces: Sequence[int]) -> list[Entry]:
        start = self.open_for_card("card_start")
        if step.rule == "card_start":
            return [entry for entry in start if entry.step.number < step.number]
        if step.rule == "card_end":
            end = [e for e in self.open_for_card("card_end") if e.step.number < step.number]
            return [*start, *(entry for number in pieces for entry in self.open_for_piece(number)), *end]
        own = [e for e in self.open_for_piece(piece or 0) if e.step.number < step.number]
        return [*start, *own]
