"""A revision with all its rows, read in one query per table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from bom.models import BomLine
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
    by_id: dict[int, Operation] = field(default_factory=dict)

    def number(self, operation_id: int) -> int:
        return int(self.by_id[operation_id].number)

    @property
    def numbers(self) -> dict[int, int]:
        return {operation.pk: operation.number for operation in self.operations}

    def uses_of(self, operation_id: int) -> list[MaterialUse]:
        return [use for use in self.uses if use.operation_id == operation_id]

    def made_by(self, operation_id: int) -> list[IntermediateMade]:
        return [row for row in self.made if row.operation_id == operation_id]

    def uses_by_position(self) -> dict[str, list[MaterialUse]]:
        found: dict[str, list[MaterialUse]] = defaultdict(list)
        for use in self.uses:
            found[use.position].append(use)
        return found


def load(revision: RoutingRevision) -> Loaded:
    """Seven queries, whatever the size."""
    operations = list(Operation.objects.filter(revision=revision).order_by("number"))
    numbers = {operation.pk: operation.number for operation in operations}
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(revision=revision).select_related("parameter__definition").order_by("number"):
        steps[step.operation_id].append(step)
    links = OperationLink.objects.filter(revision=revision).values_list("predecessor_id", "successor_id")
    uses = MaterialUse.objects.filter(revision=revision).select_related("item")
    made = IntermediateMade.objects.filter(revision=revision).select_related("item")
    return Loaded(
        revision=revision,
        operations=operations,
        edges=sorted(links, key=lambda edge: (numbers[edge[0]], numbers[edge[1]])),
        steps=steps,
        uses=sorted(uses, key=lambda use: (numbers[use.operation_id], position_key(use.position))),
        made=sorted(made, key=lambda row: (numbers[row.operation_id], position_key(row.position))),
        lines=bom_lines(revision.bom_revision_id),
        by_id={operation.pk: operation for operation in operations},
    )


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
    return sum((convert(use.quantity, use.unit, line.unit) for use in uses), Decimal(0))
