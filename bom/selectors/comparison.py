"""Two revisions, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bom.models import BomRevision
from bom.selectors.content import bom_content, position_key

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
_COMPARED = (
    "item_number", "quantity", "unit", "basis", "scrap_factor", "optional", "critical", "approximate", "is_cut_stock",
    "cut_from", "alternate_of", "condition", "used_with", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineChange:
    """One position. ``fields``: name → (before, after) for what differs; ``before`` and ``after`` are the lines."""

    kind: str
    position: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    fields: Mapping[str, tuple[Any, Any]]
    is_tool: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is different from the first to the second, in order of position, lines before tools."""

    changes: list[LineChange]

    @property
    def same(self) -> bool:
        return not self.changes

    def of(self, kind: str) -> list[LineChange]:
        return [change for change in self.changes if change.kind == kind]


def compare(first: BomRevision, second: BomRevision) -> Comparison:
    """What changes from the first revision to the second."""
    return compare_contents(bom_content(first), bom_content(second))


def compare_contents(first: Mapping[str, Any], second: Mapping[str, Any]) -> Comparison:
    """The same of two contents (a staged list is compared with the current one before it is committed).

    Lines are matched by position. A line that only stands at another position is *moved*.
    """
    return Comparison(
        _changes(first["lines"], second["lines"], is_tool=False)
        + _changes(first["tools"], second["tools"], is_tool=True)
    )


def _changes(first: list[dict[str, Any]], second: list[dict[str, Any]], *, is_tool: bool) -> list[LineChange]:
    before = {line["position"]: line for line in first}
    after = {line["position"]: line for line in second}
    changes = []
    for position in before.keys() & after.keys():
        fields = _differences(before[position], after[position])
        if fields:
            changes.append(LineChange(CHANGED, position, before[position], after[position], fields, is_tool))
    gone = {position: before[position] for position in before.keys() - after.keys()}
    for position in sorted(after.keys() - before.keys(), key=position_key):
        line = after[position]
        origin = next((old for old, other in gone.items() if not _differences(other, line)), None)
        if origin is None:
            changes.append(LineChange(ADDED, position, None, line, {}, is_tool))
        else:
            fields = {"position": (origin, position)}
            changes.append(LineChange(MOVED, position, gone.pop(origin), line, fields, is_tool))
    changes += [LineChange(REMOVED, position, line, None, {}, is_tool) for position, line in gone.items()]
    return sorted(changes, key=lambda change: position_key(change.position))


def _differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (first.get(name), second.get(name)) for name in _COMPARED if first.get(name) != second.get(name)}
