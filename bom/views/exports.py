"""A parts list, its structure and its cost as a table to take away."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from bom.models import BomLine, BomRevision, BomTool
from bom.selectors import Cost, ExplodedLine
from foundation.core.refs import RecordRef
from foundation.core.texts import localized
from foundation.core.web.tables import Table


def lines_table(revision: BomRevision, lines: Iterable[BomLine], tools: Iterable[BomTool]) -> Table:
    """The lines and tools, with every fact that they have."""
    titles = [
        _("Line"), _("Item"), _("Name"), _("Quantity"), _("Unit"), _("Counted"), _("Scrap factor"), _("Optional"), _("Critical"),
        _("Approximate"), _("Stock to cut from"), _("Cut from"), _("Alternate of"), _("Only with"), _("Condition"), _("Note"),
    ]  # fmt: skip
    rows = [
        [
            line.position, line.component.number, line.component.label, line.quantity, line.unit, line.basis,
            line.scrap_factor, _flag(line.optional), _flag(line.critical), _flag(line.approximate), _flag(line.is_cut_stock),
            line.cut_from, ", ".join(line.alternate_of), line.used_with, localized(line.alternate_condition),
            localized(line.note),
        ]
        for line in lines
    ]  # fmt: skip
    rows += [
        [tool.position, tool.item.number, tool.item.label, tool.quantity, "", _("tool"), "", _flag(tool.optional)]
        for tool in tools
    ]
    return Table(f"bom-{_name(revision)}", revision.number, titles, rows, record=RecordRef.to(revision))


def structure_table(revision: BomRevision, lines: Iterable[ExplodedLine]) -> Table:
    """The explosion, one row per node; what the default build leaves out is marked."""
    titles = [
        _("Level"), _("Path"), _("Item"), _("Name"), _("Quantity in all"), _("Quantity each"), _("Unit"), _("Role"), _("Taken"),
    ]  # fmt: skip
    rows = [
        [
            line.level, "/".join(line.path), line.item.number, localized(line.item.name), line.quantity, line.quantity_each,
            line.unit, line.role, _flag(line.taken),
        ]
        for line in lines
    ]  # fmt: skip
    return Table(f"structure-{_name(revision)}", revision.number, titles, rows, record=RecordRef.to(revision))


def cost_table(revision: BomRevision, cost: Cost) -> Table:
    """Every leaf with what it adds and why that is not certain."""
    titles = [_("Path"), _("Item"), _("Name"), _("Quantity"), _("Unit"), _("Amount"), _("Currency"), _("Doubts")]
    rows = [
        [
            "/".join(element.path), element.item.number, localized(element.item.name), element.quantity, element.unit,
            "" if element.amount is None else element.amount, cost.currency, ", ".join(element.reasons),
        ]
        for element in cost.elements
    ]  # fmt: skip
    return Table(f"cost-{_name(revision)}", revision.number, titles, rows, record=RecordRef.to(revision))


def _flag(value: bool) -> str:
    return "1" if value else ""


def _name(revision: BomRevision) -> str:
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in revision.number)
