"""Is a revision sound? Asked by the editor, and before it may be submitted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from bom.models import BomLine, BomRevision, ItemKind
from bom.selectors.content import position_key
from bom.selectors.structure import load_structure
from foundation.records.models import RevisionState

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding, by position ("" = the whole revision). An error blocks submission, a warning is to be looked at."""

    code: str
    text: str
    position: str = ""
    severity: str = ERROR

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "where": self.position}


def errors_of(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == ERROR]


def check_revision(revision: BomRevision) -> list[Problem]:
    """Everything that is wrong or worth a look, in order of position. A constant number of queries."""
    lines = list(revision.lines.select_related("component"))
    tools = list(revision.tools.values_list("position", flat=True))
    known = {line.position: line for line in lines}
    cut = {line.cut_from for line in lines if line.cut_from}
    problems = [*_whole(revision, lines)]
    for line in lines:
        problems += [*_component(revision, line), *_relations(line, known, cut)]
    problems += [
        Problem("position-twice", _("A line and a tool have the same position."), position)
        for position in tools
        if position in known
    ]
    problems += [*_below(revision, lines)]
    return sorted(problems, key=lambda problem: position_key(problem.position))


def _whole(revision: BomRevision, lines: list[BomLine]) -> Iterator[Problem]:
    if not lines:
        yield Problem("empty", _("The parts list has no lines."))
    if revision.item.without_list:
        yield Problem("without-list", _("The item is marked as made without a parts list of its own."), "", WARNING)


def _component(revision: BomRevision, line: BomLine) -> Iterator[Problem]:
    component = line.component
    if component.pk == revision.item_id:
        yield Problem("contains-itself", _("The item would contain itself."), line.position)
    if line.unit != component.unit:
        texts = {"unit": line.unit, "item": component.number, "own": component.unit}
        yield Problem("other-unit", _("In %(unit)s, but %(item)s is counted in %(own)s.") % texts, line.position)
    if component.kind == ItemKind.TOOL:
        yield Problem("tool-as-component", _("A tool is not consumed: list it under tools."), line.position)


def _relations(line: BomLine, known: dict[str, BomLine], cut: set[str]) -> Iterator[Problem]:
    if line.cut_from:
        stock = known.get(line.cut_from)
        if stock is None or not stock.is_cut_stock:
            texts = {"position": line.cut_from}
            yield Problem(
                "no-such-stock", _("%(position)s is not a stock line that pieces are cut from.") % texts, line.position
            )
    if line.is_cut_stock and line.position not in cut:
        yield Problem("nothing-cut", _("No line is cut from this stock."), line.position, WARNING)
    for position in line.alternate_of:
        original = known.get(position)
        if original is None or original is line or original.alternate_of:
            texts = {"position": position}
            yield Problem("no-such-original", _("There is no line %(position)s to replace.") % texts, line.position)
    if line.used_with and (line.used_with not in known or line.used_with == line.position):
        texts = {"position": line.used_with}
        yield Problem("no-such-companion", _("There is no line %(position)s to go with.") % texts, line.position)


def _below(revision: BomRevision, lines: list[BomLine]) -> Iterator[Problem]:
    ids = {line.component_id for line in lines}
    made = set(
        BomRevision.objects.filter(item_id__in=ids)
        .exclude(state=RevisionState.RETIRED)
        .values_list("item_id", flat=True)
    )
    for line in lines:
        component = line.component
        has_list = component.pk in made
        if line.cut_from and has_list:
            yield Problem(
                "cut-and-listed",
                _("Cut here from %(stock)s, and it has a parts list of its own: its material would be taken twice.")
                % {"stock": line.cut_from},
                line.position,
            )
        if component.make_or_buy == "make" and not (component.without_list or has_list or line.cut_from):
            texts = {"item": component.number}
            yield Problem(
                "no-list", _("%(item)s is made in house, but has no parts list yet.") % texts, line.position, WARNING
            )
    if made and revision.item_id not in ids and revision.item_id in load_structure(revision).items:
        yield Problem("contains-itself", _("The item would contain itself, further below."))
