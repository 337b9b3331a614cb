"""The pinned process card as the floor reads it. Immutable, so each process loads a card once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from django.utils.translation import gettext as _

from foundation.core.errors import NotValid
from foundation.core.texts import localized
from routing.models import ProcessCard

ONCE_BEFORE, ONCE_AFTER = ("card_start",), ("card_end",)


@dataclass(frozen=True)
class StepDefinition:
    """One step of the card, with the names the code uses; ``raw`` is the JSON of docs/contracts.md."""

    raw: dict[str, Any]

    @property
    def key(self) -> str:
        return str(self.raw["key"])

    @property
    def number(self) -> int:
        return int(self.raw["number"])

    @property
    def kind(self) -> str:
        return str(self.raw["kind"])

    @property
    def rule(self) -> str:
        return str(self.raw["when"]["rule"])

    @property
    def every(self) -> int:
        return int(self.raw["when"].get("n") or 1)

    @property
    def by(self) -> str:
        return str(self.raw.get("by") or "self")

    @property
    def second_check(self) -> str:
        return str(self.raw.get("second_check") or "")

    @property
    def parameter(self) -> dict[str, Any] | None:
        return self.raw.get("parameter")

    @property
    def file(self) -> dict[str, Any] | None:
        return self.raw.get("file")

    @property
    def positions(self) -> list[str]:
        return list(self.raw.get("materials") or [])

    @property
    def instruction(self) -> str:
        return localized(self.raw.get("instruction"))

    @property
    def per_piece(self) -> bool:
        """Recorded for a piece, not once for the card."""
        return self.rule not in (*ONCE_BEFORE, *ONCE_AFTER)

    def limit(self, name: str) -> Decimal | None:
        """``lower``, ``upper`` or ``target`` of the parameter."""
        text = (self.parameter or {}).get(name)
        return None if text in (None, "") else Decimal(text)

    @property
    def reaction(self) -> dict[str, str]:
        return (self.parameter or {}).get("reaction") or {}


@dataclass(frozen=True)
class Line:
    """One line of the parts list as one operation consumes it."""

    raw: dict[str, Any]

    @property
    def position(self) -> str:
        return str(self.raw["position"])

    @property
    def unit(self) -> str:
        return str(self.raw["unit"])

    @property
    def optional(self) -> bool:
        return bool(self.raw.get("optional"))

    @property
    def made_here(self) -> bool:
        return bool(self.raw.get("made_here"))

    @property
    def item_ids(self) -> list[int]:
        """The item of the line, then its approved alternates."""
        return [int(self.raw["item_id"]), *(int(row["item_id"]) for row in self.raw.get("alternates") or [])]

    @property
    def name(self) -> str:
        return localized(self.raw.get("name")) or str(self.raw["item_number"])

    def alternate(self, item_id: int) -> dict[str, Any] | None:
        """The approved alternate that this item is, if it is one."""
        return next((row for row in self.raw.get("alternates") or [] if int(row["item_id"]) == item_id), None)

    def needed(self, pieces: int) -> Decimal:
        """What ``pieces`` pieces take, in ``unit``: per unit, or once whatever the number (per batch, fixed)."""
        quantity = Decimal(self.raw["quantity"])
        return quantity * pieces if self.raw["basis"] == "per_unit" else quantity


@dataclass(frozen=True)
class OperationDefinition:
    """One operation with its steps in order."""

    raw: dict[str, Any]

    @property
    def number(self) -> int:
        return int(self.raw["number"])

    @property
    def name(self) -> str:
        return localized(self.raw.get("name"))

    @property
    def work_center(self) -> str:
        return str(self.raw.get("work_center") or "")

    @property
    def equipment_class(self) -> str:
        return str(self.raw.get("equipment_class") or "")

    @property
    def qualifications(self) -> list[str]:
        return list(self.raw.get("qualifications") or [])

    @property
    def predecessors(self) -> list[int]:
        return [int(number) for number in self.raw.get("predecessors") or []]

    @property
    def loop(self) -> dict[str, int] | None:
        return self.raw.get("loop")

    @property
    def first_piece(self) -> bool:
        return bool(self.raw.get("first_piece"))

    @property
    def hold_point(self) -> bool:
        return bool(self.raw.get("hold_point"))

    @property
    def transfer_quantity(self) -> int | None:
        value = self.raw.get("transfer_quantity")
        return int(Decimal(str(value))) if value else None

    @cached_property
    def steps(self) -> list[StepDefinition]:
        return [StepDefinition(raw) for raw in sorted(self.raw["steps"], key=lambda step: int(step["number"]))]

    def step(self, key: str) -> StepDefinition:
        """The step with this key. NotValid when the card has none."""
        found = next((step for step in self.steps if step.key == key), None)
        if found is None:
            raise NotValid(_("This card has no step “%(key)s”.") % {"key": key}, code="no-such-step", field="step_key")
        return found


@dataclass(frozen=True)
class Definition:
    """A process card: operations in order, lines by operation."""

    card_id: int
    number: str
    content_hash: str
    purpose: str
    content: dict[str, Any]

    @cached_property
    def operations(self) -> list[OperationDefinition]:
        """Predecessors first; among equals by number."""
        rows = {int(raw["number"]): OperationDefinition(raw) for raw in self.content["routing"]["operations"]}
        ordered: list[OperationDefinition] = []
        placed: set[int] = set()
        while len(ordered) < len(rows):
            free = [n for n in sorted(rows) if n not in placed and set(rows[n].predecessors) <= placed]
            if not free:  # publishing refuses cycles; never loop for ever over a damaged card
                raise NotValid(_("The operations of %(card)s form a circle.") % {"card": self.number})
            placed.add(free[0])
            ordered.append(rows[free[0]])
        return ordered

    @cached_property
    def _by_number(self) -> dict[int, OperationDefinition]:
        return {operation.number: operation for operation in self.operations}

    def operation(self, number: int) -> OperationDefinition:
        return self._by_number[number]

    @cached_property
    def successors(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {operation.number: [] for operation in self.operations}
        for operation in self.operations:
            for number in operation.predecessors:
                found[number].append(operation.number)
        return found

    @cached_property
    def last(self) -> list[int]:
        """Operations that nothing follows: what is good there is made."""
        return [number for number, following in self.successors.items() if not following]

    def between(self, first: int, last: int) -> list[int]:
        """Operations from ``first`` to ``last``, both included, in the order of work: the way of a rework."""
        after, before = self._reach(first, forward=True), self._reach(last, forward=False)
        return [operation.number for operation in self.operations if operation.number in after & before]

    def _reach(self, start: int, *, forward: bool) -> set[int]:
        found, todo = {start}, [start]
        while todo:
            number = todo.pop()
            following = self.successors[number] if forward else self.operation(number).predecessors
            for other in following:
                if other not in found:
                    found.add(other)
                    todo.append(other)
        return found

    def lines_of(self, operation: int) -> list[Line]:
        """Lines that this operation consumes."""
        return [Line(raw) for raw in self.content["bom"]["lines"] if raw.get("operation") == operation]

    def line(self, operation: int, position: str) -> Line:
        """The line at a position of this operation. NotValid when the card does not use it here."""
        found = next((line for line in self.lines_of(operation) if line.position == position), None)
        if found is None:
            raise NotValid(
                _("Operation %(operation)s does not use “%(position)s”.")
                % {"operation": operation, "position": position},
                code="no-such-position",
                field="position",
            )
        return found


@lru_cache(maxsize=64)
def definition_of(process_card_id: int) -> Definition:
    """The card's content. A card is written once, so a process may remember it."""
    card = ProcessCard.objects.get(pk=process_card_id)
    return Definition(card.pk, card.number, card.content_hash, card.purpose, card.content)
