"""The canonical content of a revision: what is compared, hashed and signed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from bom.models import BomLine, BomRevision, BomTool, Item
from foundation.core.canonical import decimal_text

SCHEMA = "bom-revision/1"
_PARTS = re.compile(r"\d+|\D+")


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


def draft_content(revision: BomRevision) -> dict[str, Any]:
    """The content computed from the rows, whatever was stored. Three queries."""
    lines: list[BomLine] = sorted(
        revision.lines.select_related("component"), key=lambda line: position_key(line.position)
    )
    tools: list[BomTool] = sorted(revision.tools.select_related("item"), key=lambda tool: position_key(tool.position))
    return {
        "schema": SCHEMA,
        "item": _item(revision.item),
        "revision": revision.revision,
        "lines": [{**_line(line), "alternates": _alternates(line, lines)} for line in lines],
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


def _line(line: BomLine) -> dict[str, Any]:
    return {
        "position": line.position,
        "item_id": line.component_id,
        "item_number": line.component.number,
        "name": line.component.name,
        "tracking": line.component.tracking,
        "kind": line.component.kind,
        "quantity": decimal_text(line.quantity),
        "unit": line.unit,
        "basis": line.basis,
        "scrap_factor": decimal_text(line.scrap_factor),
        "optional": line.optional,
        "critical": line.critical,
        "approximate": line.approximate,
        "is_cut_stock": line.is_cut_stock,
        "cut_from": line.cut_from or None,
        "alternate_of": list(line.alternate_of),
        "condition": line.alternate_condition,
        "used_with": line.used_with or None,
        "note": line.note,
    }


def _alternates(line: BomLine, lines: Iterable[BomLine]) -> list[dict[str, Any]]:
    return [
        {
            "item_id": other.component_id,
            "item_number": other.component.number,
            "position": other.position,
            "quantity": decimal_text(other.quantity),
            "unit": other.unit,
            "condition": other.alternate_condition,
            "with": [companion.position for companion in lines if companion.used_with == other.position],
        }
        for other in lines
        if line.position in other.alternate_of
    ]


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
