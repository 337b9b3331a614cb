"""What an import would write: read once, for the review, the preview and the commit alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from bom.models import BomRevision
from bom.selectors import bom_content
from bom.services.parts_list import fields as f
from bom.services.parts_list.items import ItemPlan, check_items, check_stock_prices, gather_items
from bom.services.parts_list.lines import Line, read_line
from bom.services.parts_list.roles import find_roles, refuse_twice
from bom.services.parts_list.tables import Table, find_sources, gather, join, own_manufacturer
from foundation.core.canonical import decimal_text
from foundation.imports.schema import ERROR, RowInput

PLACES = Decimal("0.000001")
NOT_DIVISIBLE = gettext_noop("%(quantity)s for %(pieces)s pieces is no exact quantity for one.")
OPEN_REVISION = gettext_noop("%(revision)s is still open: finish or discard it first.")


@dataclass(slots=True)
class Plan:
    """Everything as read. ``own``: who makes in house; ``own_decided``: a person said so."""

    lines: list[Line]
    tables: dict[str, Table]
    items: dict[str, ItemPlan]
    own: str
    own_decided: bool
    currency: str


def make_plan(rows: Sequence[RowInput], groups: Mapping[str, Mapping[str, Any]]) -> Plan:
    """Read all rows, in passes: cells, roles, sources and tables, items."""
    whole = groups.get(f.FILE_GROUP, {})
    lines = [read_line(row) for row in rows]
    refuse_twice(lines)
    tables = gather(lines, groups)
    find_roles({key: table.lines for key, table in tables.items()})
    own, decided = own_manufacturer(lines, tables, whole)
    find_sources(lines, tables, own)
    join(lines, tables)
    items = gather_items(lines, tables)
    check_items(items)
    check_stock_prices(tables.values(), items)
    for table in tables.values():
        for line in table.lines:
            _check_divisible(line, table.pieces)
    return Plan(lines, tables, items, own, decided, str(whole.get("currency", "")) or "USD")


def _check_divisible(line: Line, pieces: int) -> None:
    if pieces > 1 and line.counts and line.role != f.TOOL and line.amount is not None:
        each = line.amount / pieces
        if each != each.quantize(PLACES):
            line.add(
                "not-divisible", "quantity", ERROR, NOT_DIVISIBLE, quantity=decimal_text(line.amount), pieces=pieces
            )


def refuse_open_revisions(plan: Plan) -> None:
    """A table whose item has a revision that is being worked on cannot get another one."""
    open_ones = {
        revision.item.number: revision
        for revision in BomRevision.objects.open()
        .filter(item__number__in=[table.item for table in plan.tables.values()])
        .select_related("item")
    }
    for table in plan.tables.values():
        revision = open_ones.get(table.item)
        if revision is not None:
            table.add("revision-open", "item_number", ERROR, OPEN_REVISION, revision=revision.number)


def quantity_each(line: Line, table: Table) -> Decimal:
    """The quantity for one piece of the table's item."""
    return ((line.amount or Decimal()) / table.pieces).quantize(PLACES)


def note_of(line: Line, plan: Plan) -> dict[str, str]:
    """The published text, where it says more than the item's name and the condition do not say it."""
    text = line.text("notes")
    if condition_of(line):
        return {}
    return {"en": text} if text and text != plan.items[line.item].name.get("en") else {}


def condition_of(line: Line) -> dict[str, str]:
    """Why an alternate, optional or companion line may be taken: the published text."""
    if line.role in (f.ALTERNATE, f.OPTIONAL, f.COMPANION) and line.text("notes"):
        return {"en": line.text("notes")}
    return {}


def planned_content(table: Table, plan: Plan) -> dict[str, Any]:
    """The table as the content of a revision, to be compared with the one that stands."""
    lines = [line for line in table.lines if line.counts and line.role != f.TOOL]
    tools = [line for line in table.lines if line.role == f.TOOL]
    return {
        "lines": [
            {
                "position": line.position,
                "item_number": line.item,
                "name": plan.items[line.item].name,
                "quantity": decimal_text(quantity_each(line, table)),
                "unit": line.unit,
                "basis": "per_unit",
                "scrap_factor": "0",
                "optional": line.role == f.OPTIONAL,
                "critical": False,
                "approximate": line.approximate,
                "is_cut_stock": line.role == f.CUT_STOCK,
                "cut_from": line.cut_from or None,
                "alternate_of": list(line.alternate_of),
                "condition": condition_of(line),
                "used_with": line.used_with or None,
                "note": note_of(line, plan),
            }
            for line in lines
        ],
        "tools": [
            {
                "position": line.position,
                "item_number": line.item,
                "name": plan.items[line.item].name,
                "quantity": decimal_text(line.amount or Decimal(1)),
                "optional": line.says.optional,
                "note": note_of(line, plan),
            }
            for line in tools
        ],
    }


def standing_content(number: str) -> dict[str, Any] | None:
    """The content of the newest approved revision of an item, None when there is none."""
    revision = BomRevision.objects.approved().filter(item__number=number).select_related("item").newest_first().first()
    return bom_content(revision) if revision else None
