"""What each line is in its table: component, optional, alternate, stock that others are cut from, tool."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext_noop

from bom.services.parts_list import fields as f
from bom.services.parts_list.lines import Line
from bom.services.parts_list.texts import positions
from foundation.imports.schema import ERROR, SUGGESTION, WARNING

TWICE = gettext_noop("%(line)s stands in row %(row)s already.")
BRACKETS_UNSAID = gettext_noop(
    "In brackets, and the text does not say why: optional, an alternate, or stock to cut from?"
)
ROLE_SAID = {
    f.OPTIONAL: gettext_noop("By its text: an optional component."),
    f.ALTERNATE: gettext_noop("By its text: an alternate of %(lines)s."),
    f.COMPANION: gettext_noop("By its text: used only with %(lines)s."),
    f.CUT_STOCK: gettext_noop("By the texts of other lines: stock that they are cut from."),
    f.CUT_PIECE: gettext_noop("By its text: cut here from %(lines)s; only the stock is counted."),
    f.TOOL: gettext_noop("By its price: a tool, not a component."),
}
NO_SUCH_LINE = gettext_noop("There is no line %(line)s in this table.")
NEEDS = gettext_noop("Say which line.")
NEEDS_REASON = gettext_noop("Say why the line is left out.")
CHOICES = tuple(("role", role) for role in (f.OPTIONAL, f.ALTERNATE, f.CUT_STOCK, f.COMPONENT))


def refuse_twice(lines: Iterable[Line]) -> None:
    """The key of a line is its table and position."""
    seen: dict[tuple[str, str], Line] = {}
    for line in lines:
        first = seen.setdefault((line.table, line.position), line)
        if first is not line:
            line.add("line-twice", "position", ERROR, TWICE, line=line.where, row=first.row.row_number or first.row.key)


def find_roles(tables: Mapping[str, Sequence[Line]]) -> None:
    """Suggest a role from what the texts say; a person's decision stands."""
    for lines in tables.values():
        known = {line.position: line for line in lines}
        stocks = {line.says.cut_from for line in lines if line.says.cut_from in known}
        for line in lines:
            _from_texts(line, stocks, known)
            _from_decisions(line)
            _check(line, known)


def _from_texts(line: Line, stocks: set[str], known: Mapping[str, Line]) -> None:
    says = line.says
    if line.role == f.COMPONENT:
        if says.cut_from in known:
            line.role, line.cut_from = f.CUT_PIECE, says.cut_from
        elif line.position in stocks:
            line.role = f.CUT_STOCK
        elif says.alternate_of:
            line.role, line.alternate_of = f.ALTERNATE, says.alternate_of
        elif says.used_with:
            line.role, line.used_with = f.COMPANION, says.used_with
        elif says.optional:
            line.role = f.OPTIONAL
        else:
            _ask_about_brackets(line)
            return
    if not line.decided("role") and not (line.role == f.TOOL and line.text("kind")):
        _suggest(line)


def _ask_about_brackets(line: Line) -> None:
    if line.bracketed and not line.decided("role"):
        line.add("brackets", "quantity", WARNING, BRACKETS_UNSAID, choices=CHOICES)


def _suggest(line: Line) -> None:
    """The role that the text gives is accepted by a person, with the line it refers to."""
    lines = [position for position in (line.cut_from, *line.alternate_of, line.used_with) if position]
    column = "quantity" if line.bracketed else "notes"
    said = " ".join([line.role, *lines])
    line.add("role", column, SUGGESTION, ROLE_SAID[line.role], suggestion=said, lines=", ".join(lines))


def _from_decisions(line: Line) -> None:
    if line.decided("role"):
        line.role = line.decided("role")
        says = line.says
        line.cut_from = says.cut_from if line.role == f.CUT_PIECE else ""
        line.alternate_of = says.alternate_of if line.role == f.ALTERNATE else ()
        line.used_with = says.used_with if line.role == f.COMPANION else ""
    line.cut_from = line.decided("cut_from").upper() or line.cut_from
    line.alternate_of = positions(line.decided("alternate_of")) or line.alternate_of
    line.used_with = line.decided("used_with").upper() or line.used_with


def _check(line: Line, known: Mapping[str, Line]) -> None:
    needed = {f.CUT_PIECE: line.cut_from, f.ALTERNATE: line.alternate_of, f.COMPANION: line.used_with}
    if line.role in needed and not needed[line.role]:
        column = {f.CUT_PIECE: "cut_from", f.ALTERNATE: "alternate_of", f.COMPANION: "used_with"}[line.role]
        line.add("line-missing", column, ERROR, NEEDS)
    for column, wanted in (
        ("cut_from", [line.cut_from]),
        ("alternate_of", line.alternate_of),
        ("used_with", [line.used_with]),
    ):
        for position in wanted:
            if position and (position not in known or known[position] is line or not known[position].counts):
                line.add("no-such-line", column, ERROR, NO_SUCH_LINE, line=position)
    if line.role == f.LEFT_OUT and not line.decided("reason"):
        line.add("no-reason", "reason", ERROR, NEEDS_REASON)


def count_roles(lines: Iterable[Line]) -> dict[str, int]:
    """Rows by what they are."""
    return dict(Counter(line.role for line in lines))
