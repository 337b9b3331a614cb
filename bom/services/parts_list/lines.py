"""One row of a parts list: its texts, what they are read as, what is to be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from bom.services.parts_list import fields as f
from bom.services.parts_list.texts import References, references
from foundation.core.canonical import decimal_text
from foundation.core.errors import NotValid
from foundation.core.units import Note, PriceReading, Reading, parse_price, parse_quantity, quantity_text, unit
from foundation.imports.schema import ERROR, SUGGESTION, Problem, RowInput

UNREADABLE = {
    "not-a-quantity": gettext_noop("“%(text)s” cannot be read as a number with a unit."),
    "unknown-unit": gettext_noop("“%(text)s” has a unit that this plant does not know."),
    "negative": gettext_noop("“%(text)s” is negative."),
    "absurd": gettext_noop("“%(text)s” is more than can be meant."),
}
READ_AS = gettext_noop("“%(text)s” is read as %(suggestion)s.")
# approximate, marked → the sentence; the signs ``~ ( ) ?`` alone say it to nobody
QUANTITY_READ = {
    (False, False): gettext_noop("“%(text)s” is read as %(plain)s."),
    (True, False): gettext_noop("“%(text)s” is read as about %(plain)s."),
    (False, True): gettext_noop("“%(text)s” is read as %(plain)s, in brackets."),
    (True, True): gettext_noop("“%(text)s” is read as about %(plain)s, in brackets."),
}
PRICE_READ = {
    (False, False): gettext_noop("“%(text)s” is read as %(plain)s."),
    (True, False): gettext_noop("“%(text)s” is read as about %(plain)s."),
    (False, True): gettext_noop("“%(text)s” is read as %(plain)s, and keeps its mark of doubt."),
    (True, True): gettext_noop("“%(text)s” is read as about %(plain)s, and keeps its mark of doubt."),
}
ZERO = gettext_noop("The quantity is zero: leave the line out, or give a quantity.")
NO_QUANTITY = gettext_noop("No quantity is given.")
UNKNOWN_KIND = gettext_noop("“%(text)s” is neither a part nor a tool.")
PARTS, TOOLS = {"", "part", "component", "零件", "物料"}, {"tool", "工具", "工装"}


@dataclass(slots=True)
class Line:
    """A row while it is read. ``table`` is the key of its table (path and title)."""

    row: RowInput
    table: str
    position: str
    says: References
    quantity: Reading | None = None
    price: PriceReading | None = None
    role: str = f.COMPONENT
    source: str = f.BOUGHT
    child: str = ""
    cut_from: str = ""
    alternate_of: tuple[str, ...] = ()
    used_with: str = ""
    item: str = ""
    problems: list[Problem] = field(default_factory=list)

    def decided(self, name: str) -> str:
        return str(self.row.decisions.get(name, "")).strip()

    def text(self, name: str) -> str:
        return self.row.text(name)

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
    def counts(self) -> bool:
        """It becomes a line or a tool of the revision."""
        return self.role != f.LEFT_OUT

    @property
    def amount(self) -> Decimal | None:
        return self.quantity.quantity if self.quantity else None

    @property
    def unit(self) -> str:
        return (self.quantity.unit if self.quantity else None) or "pcs"

    @property
    def approximate(self) -> bool:
        return self.quantity is not None and self.quantity.says(Note.APPROXIMATE)

    @property
    def bracketed(self) -> bool:
        return self.quantity is not None and self.quantity.says(Note.BRACKETED)

    @property
    def where(self) -> str:
        """For people: the table's title and the line."""
        return f"{self.text('title')} {self.position}"

    def as_json(self) -> dict[str, Any]:
        price = self.price
        return {
            "table": self.table,
            "position": self.position,
            "role": self.role,
            "source": self.source,
            "child": self.child,
            "quantity": decimal_text(self.amount) if self.amount is not None else "",
            "unit": self.unit,
            "approximate": self.approximate,
            "price": decimal_text(price.amount) if price and price.amount is not None else "",
            "price_per": (price.per_unit if price else "") or "",
            "cut_from": self.cut_from,
            "alternate_of": list(self.alternate_of),
            "used_with": self.used_with,
            "item": self.item,
        }


def table_key(values: Mapping[str, str]) -> str:
    """Path and title: two tables may share one of them."""
    return f"{values.get('path', '').strip()}|{values.get('title', '').strip()}"


def read_line(row: RowInput) -> Line:
    """The row's own cells; what other rows say about it comes later."""
    line = Line(row, table_key(row.values), row.text("position").upper(), references(row.text("notes")))
    _read_price(line)
    _read_kind(line)
    _read_quantity(line)
    return line


def _read_kind(line: Line) -> None:
    text = line.text("kind").lower()
    if text in TOOLS or (line.price and line.price.says(Note.TOOL)):
        line.role = f.TOOL
    elif text not in PARTS:
        line.add("unknown-kind", "kind", ERROR, UNKNOWN_KIND, text=line.text("kind"))
    if line.decided("role"):
        line.role = line.decided("role")


def _read_quantity(line: Line) -> None:
    text = line.text("quantity")
    try:
        reading = line.quantity = parse_quantity(text)
    except NotValid as error:
        line.add(error.code, "quantity", ERROR, UNREADABLE[error.code], text=text)
        return
    if reading.quantity is None:
        if line.role == f.TOOL:
            line.quantity = Reading(Decimal(1), None, (Note.MISSING,), text)
            line.add("no-quantity", "quantity", SUGGESTION, READ_AS, suggestion="1", text=text or "–")
        elif line.role != f.LEFT_OUT:
            line.add("no-quantity", "quantity", ERROR, NO_QUANTITY)
    elif reading.quantity == 0:
        line.add("zero", "quantity", ERROR, ZERO)
    elif text != decimal_text(reading.quantity):
        plain = quantity_text(reading.quantity, reading.unit or "pcs")
        message = QUANTITY_READ[reading.says(Note.APPROXIMATE), reading.says(Note.BRACKETED)]
        line.add(
            "quantity-read", "quantity", SUGGESTION, message, suggestion=quantity_said(reading), text=text, plain=plain
        )


def _read_price(line: Line) -> None:
    text = line.text("price")
    try:
        reading = line.price = parse_price(text)
    except NotValid as error:
        line.add(error.code, "price", ERROR, UNREADABLE[error.code], text=text)
        return
    if not reading.plain or reading.per_unit:
        doubted = reading.says(Note.UNCERTAIN) or reading.says(Note.BRACKETED)
        message = PRICE_READ[reading.says(Note.APPROXIMATE), doubted]
        said = price_said(reading)
        line.add("price-read", "price", SUGGESTION, message, suggestion=said, text=text or "–", plain=said.strip("~? "))


def quantity_said(reading: Reading) -> str:
    """A reading in neutral signs: ``~ 1 m``, ``(200 cm²)``."""
    said = quantity_text(reading.quantity or Decimal(0), reading.unit or "pcs")
    said = f"~ {said}" if reading.says(Note.APPROXIMATE) else said
    return f"({said})" if reading.says(Note.BRACKETED) else said


def price_said(reading: PriceReading) -> str:
    """``20.18 / m``, ``150 ?``, ``–`` for none."""
    if reading.amount is None:
        return "–"
    said = decimal_text(reading.amount) + (f" / {unit(reading.per_unit).symbol()}" if reading.per_unit else "")
    said = f"~ {said}" if reading.says(Note.APPROXIMATE) else said
    return f"{said} ?" if reading.says(Note.UNCERTAIN) or reading.says(Note.BRACKETED) else said
