"""A revision with all its rows, read in one query per table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from bom.models import BomLine, Item
from bom.selectors import position_key
from foundation.core.units import convert
from routing.models import IntermediateMade, MaterialUse, Operation, OperationLink, RoutingRevision, Step
from routing.precedence import Edge


@dataclass(frozen=True)
class Loaded:
    """Rows of one revision; every list in the order in which people read it."""

    revision: RoutingRevision
    operations: list[Operation]
    edges: list[Edge]
    steps: dict[int, list[Step]]  # by operation id
    uses: list[MaterialUse]
    made: list[IntermediateMade]
    lines: list[BomLine]
    by_id: dict[int, Operation]
    items: dict[int, Item]  # of the lines, and of what an older BOM revision had

    @cached_property
    def uses_by_operation(self) -> dict[int, list[MaterialUse]]:
        return _grouped(self.uses, "operation_id")

    @cached_property
    def uses_by_position(self) -> dict[str, list[MaterialUse]]:
        return _grouped(self.uses, "position")

    def number(self, operation_id: int) -> int:
        return int(self.by_id[operation_id].number)

    @property
    def numbers(self) -> dict[int, int]:
        return {operation.pk: operation.number for operation in self.operations}

    def uses_of(self, operation_id: int) -> list[MaterialUse]:
        return self.uses_by_operation.get(operation_id, [])

    def made_by(self, operation_id: int) -> list[IntermediateMade]:
        return [row for row in self.made if row.operation_id == operation_id]


def _grouped(uses: list[MaterialUse], name: str) -> dict[Any, list[MaterialUse]]:
    found: dict[Any, list[MaterialUse]] = defaultdict(list)
    for use in uses:
        found[getattr(use, name)].append(use)
    return dict(found)


def load(revision: RoutingRevision) -> Loaded:
    """Six queries, whatever the size."""
    operations = list(Operation.objects.filter(revision=revision).order_by("number"))
    numbers = {operation.pk: operation.number for operation in operations}
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(revision=revision).select_related("parameter__definition").order_by("number"):
        steps[step.operation_id].append(step)
    links = OperationLink.objects.filter(revision=revision).values_list("predecessor_id", "successor_id")
    uses = list(MaterialUse.objects.filter(revision=revision))
    made = list(IntermediateMade.objects.filter(revision=revision))
    lines = bom_lines(revision.bom_revision_id)
    return Loaded(
        revision=revision,
        operations=operations,
        edges=sorted(links, key=lambda edge: (numbers[edge[0]], numbers[edge[1]])),
        steps=steps,
        uses=sorted(uses, key=lambda use: (numbers[use.operation_id], position_key(use.position))),
        made=sorted(made, key=lambda row: (numbers[row.operation_id], position_key(row.position))),
        lines=lines,
        by_id={operation.pk: operation for operation in operations},
        items=_items(lines, {row.item_id for row in (*uses, *made)}),
    )


def _items(lines: list[BomLine], used: set[int]) -> dict[int, Item]:
    """The lines brought theirs along; others are asked for only when there are some."""
    items = {line.component_id: line.component for line in lines}
    missing = used - items.keys()
    return {**items, **Item.objects.in_bulk(missing)} if missing else items


def bom_lines(bom_revision_id: int) -> list[BomLine]:
    """The lines of a BOM revision with their items, in the order of their positions (A2 before A10)."""
    lines = BomLine.objects.filter(revision_id=bom_revision_id).select_related("component")
    return sorted(lines, key=lambda line: position_key(line.position))


def demand_of(line: BomLine) -> Decimal:
    """What operations must consume of a line: its quantity (scrap is on top of it, and is planned, not allocated)."""
    quantity: Decimal = line.quantity
    return quantity


def allocated(line: BomLine, uses: list[MaterialUse]) -> Decimal:
    """What operations consume of a line, in the line's unit."""
    return sum(
        (use.quantity if use.unit == line.unit else convert(use.quantity, use.unit, line.unit) for use in uses),
        Decimal(0),
    )
