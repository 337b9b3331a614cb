"""How much a file may hold, and the shape that both readers give."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from foundation.imports.exceptions import FileNotReadable

MAX_SIZE = 20 * 1024**2
MAX_ROWS = 50_000
MAX_EXPANDED = 200 * 1024**2
MAX_COLUMNS = 200
MAX_CELL = 10_000
LARGE = 2_000  # rows; more than this is read and reviewed by the worker, less while the person waits
XLSX_ROW = 50  # bytes that a row of a parts list takes in a workbook, packed

FORMULA, FORMULA_WITHOUT_VALUE, MERGED, ERROR_VALUE = "formula", "formula-without-value", "merged", "error-value"


@dataclass
class Table:
    """Rows of texts. ``rows[0]`` is row 1 of the sheet; ``marks``: (row number, column index) → mark."""

    rows: list[list[str]]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    marks: dict[tuple[int, int], str] = field(default_factory=dict)


def check_row(number: int, filled: int, texts: list[str]) -> None:
    """Refuse the row that breaks a limit, by its number."""
    if filled > MAX_ROWS + 1:  # one of them is the header
        raise FileNotReadable(
            _("This file has more than %(limit)d rows.") % {"limit": MAX_ROWS}, code="too-many-rows", field="file"
        )
    if len(texts) > MAX_COLUMNS:
        raise FileNotReadable(
            _("Row %(row)d has more than %(limit)d columns.") % {"row": number, "limit": MAX_COLUMNS},
            code="too-many-columns",
            field="file",
        )
    for index, text in enumerate(texts):
        if len(text) > MAX_CELL:
            raise FileNotReadable(
                _("Row %(row)d, column %(column)s: this cell is longer than %(limit)d characters.")
                % {"row": number, "column": column_letter(index), "limit": MAX_CELL},
                code="cell-too-long",
                field="file",
            )


def column_letter(index: int) -> str:
    """0 → A, 26 → AA: what a spreadsheet calls the column."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
