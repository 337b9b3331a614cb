"""Which BOM line goes where: what the materials panel shows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bom.models import BomLine
from foundation.core.units import same_dimension
from routing.models import IntermediateMade, MaterialUse, Operation
from routing.selectors.loading import Loaded, allocated, demand_of

OPEN, PART, DONE, SPARE, ALTERNATE, OVER = "open", "part", "done", "spare", "alternate", "over"


@dataclass(frozen=True, slots=True)
class Allocation:
    """One BOM line: ``rest`` is what no operation consumes yet (line's unit); ``state`` one of open, part, done, spare
    (optional and not consumed), alternate, over."""

    line: BomLine
    uses: list[tuple[Operation, MaterialUse]]
    made: tuple[Operation, IntermediateMade] | None
    rest: Decimal
    state: str

    @property
    def waits(self) -> bool:
        """Somebody has to do something about it."""
        return self.state in (OPEN, PART, OVER)


def allocations(loaded: Loaded, needed: set[str]) -> list[Allocation]:
    """Every BOM line in the order of positions; what waits comes first."""
    uses = loaded.uses_by_position
    made = {row.position: (loaded.by_id[row.operation_id], row) for row in loaded.made}
    found = []
    for line in loaded.lines:
        rows = uses.get(line.position, [])
        good = [use for use in rows if same_dimension(use.unit, line.unit)]
        rest = demand_of(line) - allocated(line, good)
        found.append(
            Allocation(
                line,
                [(loaded.by_id[use.operation_id], use) for use in rows],
                made.get(line.position),
                rest,
                _state(line, rows, rest, line.position in needed),
            )
        )
    return sorted(found, key=lambda allocation: not allocation.waits)


def _state(line: BomLine, uses: list[MaterialUse], rest: Decimal, needed: bool) -> str:
    if line.alternate_of:
        return ALTERNATE
    if rest < 0:
        return OVER
    if not uses:
        return OPEN if needed else SPARE
    return PART if rest > 0 else DONE
