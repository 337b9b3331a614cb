"""Tables (one assembly each), and which in-house line names which of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from math import gcd
from typing import Any

from django.utils.translation import gettext_noop

from bom.services.parts_list import fields as f
from bom.services.parts_list.lines import Line
from bom.services.parts_list.texts import containment, item_number, overlap, words
from foundation.imports.schema import ERROR, SUGGESTION, WARNING, Problem, RowInput

NAMES_TABLE = gettext_noop("Made in house; names the table %(suggestion)s.")
NO_TABLE = gettext_noop("Made in house, and no table here has this name: name its table, or say how it comes.")
NO_TABLE_MADE = gettext_noop("Made in house without a list of its own, by its text.")
NO_SUCH_TABLE = gettext_noop("There is no table “%(table)s”.")
OWN_MAKER = gettext_noop("Lines of this manufacturer are made in house: %(suggestion)s.")
NO_CURRENCY = gettext_noop("Prices state no currency; read as %(suggestion)s.")
TABLE_ITEM = gettext_noop("This table becomes the item %(suggestion)s.")
IS_TOP = gettext_noop("No line names this table: it is the whole product.")
NOT_NAMED = gettext_noop(
    "No line names this table: add the line that it is missing in its parent, or let it stand on its own."
)
NAMED_APART = gettext_noop("%(suggestion)s name this table too: would it be counted more than once?")
NAMED_TOGETHER = gettext_noop("%(suggestion)s name this table: one item in several lines.")
FOR_SEVERAL = gettext_noop(
    "Its lines are used %(count)s times in all, and its quantities are multiples of %(step)s: is the list for one piece?"
)
NOT_PIECES = gettext_noop("“%(text)s” is not a number of pieces.")
CYCLE = gettext_noop("The table %(table)s contains this one: a part cannot contain itself.")
TWO_TABLES = gettext_noop("The table %(table)s has the same item number.")
CLOSE = 0.6
DEFAULT_CURRENCY = "USD"


@dataclass(slots=True)
class Table:
    """One parts table: the assembly that it lists."""

    key: str
    path: str
    title: str
    decisions: Mapping[str, Any]
    lines: list[Line] = field(default_factory=list)
    named_by: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    titles: frozenset[str] = frozenset()  # words of the title, and of the last part of the path
    place: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.titles, self.place = words(self.title), words(self.path.rsplit("/", 1)[-1])

    def decided(self, name: str) -> str:
        return str(self.decisions.get(name, "")).strip()

    def add(
        self,
        code: str,
        column: str,
        severity: str,
        message: str,
        *,
        suggestion: str = "",
        choices: Iterable[tuple[str, str]] = (),
        **params: Any,
    ) -> None:
        said = {**params, "suggestion": suggestion}
        self.problems.append(Problem(code, column, severity, message, said, suggestion, tuple(choices)))

    @property
    def item(self) -> str:
        return self.decided("item_number") or item_number(self.title)

    @property
    def name(self) -> str:
        return self.decided("item_name") or self.title

    @property
    def pieces(self) -> int:
        text = self.decided("pieces")
        return int(text) if text.isdigit() and int(text) > 0 else 1

    @property
    def first_row(self) -> int | None:
        return next((line.row.row_number for line in self.lines if line.row.row_number), None)


def gather(lines: Iterable[Line], decisions: Mapping[str, Mapping[str, Any]]) -> dict[str, Table]:
    """The tables in the order of the file."""
    tables: dict[str, Table] = {}
    for line in lines:
        if line.table not in tables:
            path, _bar, title = line.table.partition("|")
            tables[line.table] = Table(line.table, path, title, decisions.get(line.table, {}))
        tables[line.table].lines.append(line)
    return tables


def own_manufacturer(
    lines: Sequence[Line], tables: Mapping[str, Table], decisions: Mapping[str, Any]
) -> tuple[str, bool]:
    """The manufacturer whose lines are made in house, and whether a person said so: the one that names most tables."""
    decided = str(decisions.get("own_manufacturer", "")).strip()
    if decided:
        return decided, True
    titles = {table.titles for table in tables.values()}
    votes: dict[str, int] = {}
    for line in lines:
        if line.text("manufacturer") and words(line.text("part_number")) in titles:
            votes[line.text("manufacturer")] = votes.get(line.text("manufacturer"), 0) + 1
    return (max(votes, key=lambda name: votes[name]) if votes else ""), False


def find_sources(lines: Iterable[Line], tables: Mapping[str, Table], own: str) -> None:
    """Where each line's item comes from; in-house lines are matched with the tables that they seem to name."""
    for line in lines:
        if not line.counts:
            continue
        in_house = bool(own) and line.text("manufacturer").lower() == own.lower()
        line.source = line.decided("source") or (f.NO_LIST if line.role == f.CUT_PIECE else f.BOUGHT)
        if line.decided("child"):
            _take_child(line, tables)
        elif line.source == f.LISTED or (in_house and not line.decided("source") and line.role != f.CUT_PIECE):
            _suggest_child(line, tables)


def _take_child(line: Line, tables: Mapping[str, Table]) -> None:
    line.source, line.child = f.LISTED, line.decided("child")
    if line.child not in tables:
        line.add("no-such-table", "child", ERROR, NO_SUCH_TABLE, table=line.child)
        line.child = ""


def _suggest_child(line: Line, tables: Mapping[str, Table]) -> None:
    found = best_table(line, tables)
    if found is not None:
        line.source, line.child = f.LISTED, found.key
        line.add("names-table", "part_number", SUGGESTION, NAMES_TABLE, suggestion=found.title)
    elif line.decided("source"):
        line.add("no-table", "child", ERROR, NO_TABLE)
    elif line.says.made or line.role == f.TOOL:
        line.source = f.NO_LIST
        line.add("no-list", "part_number", SUGGESTION, NO_TABLE_MADE, suggestion=f.NO_LIST)
    else:
        choices = (("source", f.NO_LIST), ("source", f.BOUGHT))
        line.add("no-table", "part_number", ERROR, NO_TABLE, choices=choices)


def best_table(line: Line, tables: Mapping[str, Table]) -> Table | None:
    """The table whose title or place is most like the line's text, close enough to suggest.

    Below the line's own table most words of the shorter text must agree; elsewhere most words of both. A table never
    contains itself or one above it.
    """
    own = tables[line.table]
    spoken = [words(line.text("part_number")), words(line.text("notes"))]
    best: tuple[float, int, Table] | None = None
    for table in tables.values():
        if table is own or own.path.startswith(f"{table.path}/"):
            continue
        below = table.path == own.path or table.path.startswith(f"{own.path}/")
        if below:
            score = max(containment(spoken[0], table.titles), containment(spoken[0], table.place))
        else:
            score = max(overlap(text, table.titles) for text in spoken)
        if score >= CLOSE:
            rank = (score + (0.5 if below else 0), -table.path.count("/"), table)
            if best is None or rank[:2] > best[:2]:
                best = rank
    return best[2] if best else None


def join(lines: Iterable[Line], tables: Mapping[str, Table]) -> None:
    """Who names whom; what is named by nobody, several times, or in a circle."""
    for line in lines:
        if line.counts and line.child:
            tables[line.child].named_by.append(line)
    root = _root(tables)
    numbers: dict[str, Table] = {}
    for table in tables.values():
        _about_item(table, numbers)
        _about_names(table, root)
        _about_pieces(table)
    _refuse_cycles(tables)


def _root(tables: Mapping[str, Table]) -> Table | None:
    free = [table for table in tables.values() if not table.named_by]
    return min(free, key=lambda table: table.path.count("/")) if free else None


def _about_item(table: Table, numbers: dict[str, Table]) -> None:
    if not table.decided("item_number"):
        table.add("table-item", "item_number", SUGGESTION, TABLE_ITEM, suggestion=table.item)
    other = numbers.setdefault(table.item, table)
    if other is not table:
        table.add("number-twice", "item_number", ERROR, TWO_TABLES, table=other.title)


def _about_names(table: Table, root: Table | None) -> None:
    if not table.named_by:
        if table.decided("top") != "yes":
            severity, message = (SUGGESTION, IS_TOP) if table is root else (WARNING, NOT_NAMED)
            table.add("not-named", "top", severity, message, choices=(("top", "yes"),))
        return
    for line in table.named_by:
        others = [other for other in table.named_by if other is not line]
        apart = [other.where for other in others if other.table != line.table]
        if apart:
            line.add("named-apart", "part_number", WARNING, NAMED_APART, suggestion=", ".join(apart))
        elif others:
            together = ", ".join(other.position for other in table.named_by)
            line.add("named-together", "part_number", SUGGESTION, NAMED_TOGETHER, suggestion=together)


def _about_pieces(table: Table) -> None:
    """A list that was written for a set of pieces would count each of them as often as the set is used."""
    text = table.decided("pieces")
    if text:
        if not text.isdigit() or int(text) < 1:
            table.add("not-pieces", "pieces", ERROR, NOT_PIECES, text=text)
        return
    used = sum(int(line.amount) for line in table.named_by if line.amount is not None and line.unit == "pcs")
    counts = [
        int(line.amount)
        for line in table.lines
        if line.role in (f.COMPONENT, f.CUT_PIECE)
        and line.amount
        and line.unit == "pcs"
        and line.amount == int(line.amount)
    ]
    step = reduce(gcd, counts, 0)
    if used > 1 and step > 1 and used % step == 0 and len(counts) > 1:
        choices = (("pieces", "1"), ("pieces", str(used)))
        table.add("for-several", "pieces", WARNING, FOR_SEVERAL, choices=choices, count=used, step=step)


def _refuse_cycles(tables: Mapping[str, Table]) -> None:
    below: dict[str, set[str]] = {
        key: {line.child for line in table.lines if line.counts and line.child} for key, table in tables.items()
    }

    def reaches(start: str, wanted: str) -> bool:
        seen, waiting = set(), [start]
        while waiting:
            key = waiting.pop()
            if key == wanted:
                return True
            if key not in seen:
                seen.add(key)
                waiting.extend(below[key])
        return False

    for key, table in tables.items():
        for line in table.lines:
            if line.counts and line.child and reaches(line.child, key):
                line.add("cycle", "child", ERROR, CYCLE, table=tables[line.child].title)


def file_problems(own: str, decided: bool, lines: Iterable[Line], decisions: Mapping[str, Any]) -> list[Problem]:
    """What is asked once for the whole file."""
    problems = []
    if own and not decided:
        problems.append(
            Problem("own-manufacturer", "own_manufacturer", SUGGESTION, OWN_MAKER, {"suggestion": own}, own)
        )
    stated = any(line.price and line.price.currency for line in lines)
    priced = any(line.price and line.price.amount is not None for line in lines)
    if priced and not stated and not decisions.get("currency"):
        currency = {"suggestion": DEFAULT_CURRENCY}
        problems.append(Problem("currency", "currency", SUGGESTION, NO_CURRENCY, currency, DEFAULT_CURRENCY))
    return problems


def whole_file(rows: Iterable[RowInput]) -> int | None:
    return next((row.row_number for row in rows if row.row_number), None)
