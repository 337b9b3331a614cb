"""What the pages draw: nested structure, cost rows, comparison in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bom.selectors import Comparison, CostElement, ExplodedLine, LineChange
from foundation.core.texts import localized

OPEN_BELOW = 400  # a larger structure starts folded
ROLE_WORDS = {
    "cut_stock": gettext_lazy("stock to cut from"),
    "cut_piece": gettext_lazy("cut here, counted with its stock"),
    "optional": gettext_lazy("optional"),
    "alternate": gettext_lazy("alternate"),
    "companion": gettext_lazy("only with another line"),
}
REASON_WORDS = {
    "approximate-quantity": gettext_lazy("the quantity is approximate"),
    "approximate-cost": gettext_lazy("the cost is approximate"),
    "uncertain-cost": gettext_lazy("the cost is marked as uncertain"),
    "no-cost": gettext_lazy("no cost is known: not in the sum"),
    "other-currency": gettext_lazy("another currency: not in the sum"),
    "other-unit": gettext_lazy("a cost for another kind of unit: not in the sum"),
}
FIELD_WORDS = {
    "item_number": gettext_lazy("item"),
    "quantity": gettext_lazy("quantity"),
    "unit": gettext_lazy("unit"),
    "basis": gettext_lazy("counted"),
    "scrap_factor": gettext_lazy("scrap factor"),
    "optional": gettext_lazy("optional"),
    "critical": gettext_lazy("critical"),
    "approximate": gettext_lazy("approximate"),
    "is_cut_stock": gettext_lazy("stock to cut from"),
    "cut_from": gettext_lazy("cut from"),
    "alternate_of": gettext_lazy("alternate of"),
    "condition": gettext_lazy("condition"),
    "used_with": gettext_lazy("only with"),
    "note": gettext_lazy("note"),
    "position": gettext_lazy("line"),
}


def nested(lines: Sequence[ExplodedLine]) -> list[dict[str, Any]]:
    """The depth-first lines as a tree of nodes."""
    roots: list[dict[str, Any]] = []
    stack: list[list[dict[str, Any]]] = [roots]
    unfold = len(lines) <= OPEN_BELOW
    for line in lines:
        node: dict[str, Any] = {
            "line": line,
            "role": ROLE_WORDS.get(line.role, ""),
            "children": [],
            "open": unfold or line.level < 2,
        }
        del stack[line.level :]
        stack[-1].append(node)
        stack.append(node["children"])
    return roots


def cost_rows(elements: Iterable[CostElement]) -> list[dict[str, Any]]:
    return [
        {
            "element": element,
            "path": "/".join(element.path),
            "why": [REASON_WORDS[reason] for reason in element.reasons],
        }
        for element in elements
    ]


def compare_lines(comparison: Comparison) -> list[dict[str, str]]:
    """Rows of the compare component."""
    return [
        {
            "kind": "changed" if change.kind == "moved" else change.kind,
            "where": f"{change.position} ({_('tool')})" if change.is_tool else change.position,
            "before": _said(change, change.before, 0),
            "after": _said(change, change.after, 1),
        }
        for change in comparison.changes
    ]


def _said(change: LineChange, line: Mapping[str, Any] | None, side: int) -> str:
    if line is None:
        return ""
    item = f"{line.get('item_number', '')} {localized(line.get('name'))}".strip()
    if not change.fields:
        return f"{item} · {line.get('quantity', '')} {line.get('unit', '')}".strip()
    values = [f"{FIELD_WORDS.get(name, name)}: {_value(pair[side])}" for name, pair in change.fields.items()]
    return f"{item} · {'; '.join(values)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return localized(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "–"
    return str(value) if value not in (None, "") else "–"
