"""The canonical content of a revision: what is compared, hashed and signed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from bom.models import BomLine, BomRevision, BomTool, Item
from foundation.core.canonical import decimal_text

SCHEMA = "bom-revision/1"
_PARTS = re.compile(r"\d+|\D+")


@lru_cache(maxsize=8192)
def position_key(position: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts positions as people do: A2 before A10, A before B."""
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in _PARTS.findall(position))


def bom_content(revision: BomRevision) -> dict[str, Any]:
    """The content as it was submitted; for a draft, as it stands now. Decimals are strings.

    ``{"schema", "item": {…}, "revision", "lines": […], "tools": […]}``; a line has ``alternates``: which lines may stand in
    its place, under which condition and with which companions (docs/contracts.md). Prices and suppliers are not definition.
    """
    if revision.content is not None:
        content: dict[str, Any] = revision.content
        return content
    return draft_content(revision)


class _Line(NamedTuple):
    """A line with its component, as one row: a list of 500 is read for every edit, so no instances are made."""

    position: str
    item_id: int
    item_number: str
    name: dict[str, str]
    tracking: str
    kind: str
    quantity: Any
    unit: str
    basis: str
    scrap_factor: Any
    optional: bool
    critical: bool
    approximate: bool
    is_cut_stock: bool
    cut_from: str
    alternate_of: list[str]
    condition: dict[str, str]
    used_with: str
    note: dict[str, str]


_COLUMNS = (
    "position", "component_id", "component__number", "component__name", "component__tracking", "component__kind", "quantity",
    "unit", "basis", "scrap_factor", "optional", "critical", "approximate", "is_cut_stock", "cut_from", "alternate_of",
    "alternate_condition", "used_with", "note",
)  # fmt: skip


def draft_content(revision: BomRevision) -> dict[str, Any]:
    """The content computed from the rows, whatever was stored. Two queries."""
    rows = [_Line._make(row) for row in BomLine.objects.filter(revision=revision).values_list(*_COLUMNS)]
    rows.sort(key=lambda line: position_key(line.position))
    tools: list[BomTool] = sorted(revision.tools.select_related("item"), key=lambda tool: position_key(tool.position))
    alternates = _alternates(rows)
    return {
        "schema": SCHEMA,
        "item": _item(revision.item),
        "revision": revision.revision,
        "lines": [{**_line(line), "alternates": alternates.get(line.position, [])} for line in rows],
        "tools": [_tool(tool) for tool in tools],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.pk,
        "number": item.number,
        "name": item.name,
        "unit": item.unit,
        "tracking": item.tracking,
        "kind": item.kind,
    }


def _line(line: _Line) -> dict[str, Any]:
    return {
        **line._asdict(),
        "quantity": decimal_text(line.quantity),
        "scrap_factor": decimal_text(line.scrap_factor),
        "cut_from": line.cut_from or None,
        "used_with": line.used_with or None,
    }


def _alternates(lines: Sequence[_Line]) -> dict[str, list[dict[str, Any]]]:
    """By position: which lines may stand in its place, and what they bring with them."""
    companions: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        companions[line.used_with].append(line.position)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for other in lines:
        for position in other.alternate_of:
            found[position].append(
                {
                    "item_id": other.item_id,
                    "item_number": other.item_number,
                    "position": other.position,
                    "quantity": decimal_text(other.quantity),
                    "unit": other.unit,
                    "condition": other.condition,
                    "with": companions.get(other.position, []),
                }
            )
    return found


def _tool(tool: BomTool) -> dict[str, Any]:
    return {
        "position": tool.position,
        "item_id": tool.item_id,
        "item_number": tool.item.number,
        "name": tool.item.name,
        "quantity": decimal_text(tool.quantity),
        "optional": tool.optional,
        "note": tool.note,
    }
