"""Every BOM line is consumed in full, by exactly one operation or by shares; what is made here is made before it is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _

from bom.models import BomLine
from foundation.core.canonical import decimal_text
from foundation.core.units import same_dimension
from routing.checks.problems import WARNING, Problem
from routing.models import IntermediateMade, MaterialUse
from routing.precedence import reached_from
from routing.selectors.loading import Loaded, allocated, demand_of


def problems(loaded: Loaded) -> Iterator[Problem]:
    """Problems of allocation."""
    uses = loaded.uses_by_position
    lines = {line.position: line for line in loaded.lines}
    needed = needed_positions(loaded.lines)
    for line in loaded.lines:
        if line.alternate_of:
            continue
        yield from _consumed(line, uses.get(line.position, []), line.position in needed)
    for use in loaded.uses:
        yield from _use_fits(loaded, use, lines.get(use.position))
    yield from _intermediates(loaded, lines, uses)
    yield from _scanned(loaded)


def needed_positions(lines: list[BomLine]) -> set[str]:
    """Lines that must be consumed: not optional ones, not alternates, and none that only go with such a line."""
    optional = {line.position for line in lines if line.optional or line.alternate_of}
    return {line.position for line in lines if line.position not in optional and line.used_with not in optional}


def _consumed(line: BomLine, uses: list[MaterialUse], needed: bool) -> Iterator[Problem]:
    good = [use for use in uses if same_dimension(use.unit, line.unit)]
    total, wanted = allocated(line, good), demand_of(line)
    values = {
        "position": line.position,
        "item": line.component.number,
        "total": decimal_text(total),
        "wanted": decimal_text(wanted),
        "unit": line.unit,
    }
    if total > wanted:
        text = _("%(position)s is consumed twice over: %(total)s of %(wanted)s %(unit)s.")
        yield Problem(None, "over-allocated", text % values, position=line.position)
    elif not uses and needed:
        text = _("%(position)s (%(item)s) is consumed by no operation.")
        yield Problem(None, "unallocated", text % values, position=line.position)
    elif not uses:
        text = _("%(position)s (%(item)s) is optional and consumed by no operation.")
        yield Problem(None, "optional-unallocated", text % values, WARNING, position=line.position)
    elif total < wanted:
        text = _("%(position)s is consumed in part: %(total)s of %(wanted)s %(unit)s.")
        yield Problem(None, "part-allocated", text % values, position=line.position)


def _use_fits(loaded: Loaded, use: MaterialUse, line: BomLine | None) -> Iterator[Problem]:
    number = loaded.number(use.operation_id)
    if line is None:
        text = _("%(position)s is not in the BOM revision any more.")
        yield Problem(number, "no-such-line", text % {"position": use.position}, position=use.position)
    elif line.component_id != use.item_id:
        text = _("%(position)s is %(now)s in the BOM now, it was %(was)s: confirm the allocation.")
        values = {"position": use.position, "now": line.component.number, "was": loaded.items[use.item_id].number}
        yield Problem(number, "item-changed", text % values, position=use.position)
    elif not same_dimension(use.unit, line.unit):
        text = _("%(position)s is counted in %(unit)s.")
        yield Problem(
            number, "unit-mismatch", text % {"position": use.position, "unit": line.unit}, position=use.position
        )


def _intermediates(loaded: Loaded, lines: dict[str, BomLine], uses: dict[str, list[MaterialUse]]) -> Iterator[Problem]:
    made = {row.position: row for row in loaded.made}
    for row in loaded.made:
        yield from _made(loaded, row, lines.get(row.position), uses.get(row.position, []))
    for line in loaded.lines:
        if line.cut_from and not line.alternate_of and line.position not in made:
            text = _("%(position)s is cut from %(stock)s, but no operation makes it.")
            yield Problem(
                None, "not-made", text % {"position": line.position, "stock": line.cut_from}, position=line.position
            )


def _made(loaded: Loaded, row: IntermediateMade, line: BomLine | None, uses: list[MaterialUse]) -> Iterator[Problem]:
    number = loaded.number(row.operation_id)
    values = {"position": row.position, "item": loaded.items[row.item_id].number}
    if line is None or line.component_id != row.item_id:
        yield Problem(
            number, "made-not-in-bom", _("%(position)s is not this item in the BOM.") % values, position=row.position
        )
        return
    if line.cut_from and line.cut_from not in {use.position for use in loaded.uses_of(row.operation_id)}:
        text = _("%(position)s is cut from %(stock)s, which this operation does not consume.")
        yield Problem(number, "stock-not-consumed", text % {**values, "stock": line.cut_from}, position=row.position)
    if row.quantity != line.quantity or row.unit != line.unit:
        text = _("%(position)s is made in another quantity than is used.")
        yield Problem(number, "made-other-quantity", text % values, position=row.position)
    after = reached_from(row.operation_id, loaded.edges)
    for use in uses:
        if use.operation_id not in after:
            text = _("Operation %(number)s uses %(position)s, but does not come after the operation that makes it.")
            yield Problem(
                loaded.number(use.operation_id),
                "used-before-made",
                text % {**values, "number": loaded.number(use.operation_id)},
                position=row.position,
            )


def _scanned(loaded: Loaded) -> Iterator[Problem]:
    """What is tracked must be scanned where it is consumed, or the genealogy has a hole.

    Intermediates made here are the batch's own: scanning its traveller names them.
    """
    made = {row.position for row in loaded.made}
    tracked = {line.position for line in loaded.lines if line.component.tracking != "none"} - made
    for operation in loaded.operations:
        scanned = Counter(position for step in loaded.steps.get(operation.pk, []) for position in step.materials)
        for use in loaded.uses_of(operation.pk):
            if use.position in tracked and not scanned[use.position]:
                text = _("%(position)s is tracked, but no step scans it.")
                yield Problem(operation.number, "not-scanned", text % {"position": use.position}, position=use.position)
            if scanned[use.position] > 1:
                text = _("%(position)s is scanned by two steps.")
                yield Problem(
                    operation.number, "scanned-twice", text % {"position": use.position}, WARNING, position=use.position
                )
