"""XLSX, read as a stream after its zip directory was checked.

The directory is believed only as far as it is refused: what it says is summed up first, then every part is unpacked once
and counted, because a directory may lie.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

from foundation.imports.exceptions import FileNotReadable
from foundation.imports.reading.limits import (
    ERROR_VALUE,
    FORMULA,
    FORMULA_WITHOUT_VALUE,
    MAX_COLUMNS,
    MAX_EXPANDED,
    MERGED,
    Table,
    check_row,
)

MAX_PARTS = 2_000
CHUNK = 1024 * 1024
_MERGED_RANGE = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]+[0-9]+(?::[A-Z]+[0-9]+)?)"')


def read_xlsx(content: bytes, sheet: str = "") -> Table:
    """One sheet as texts: the one asked for, else the first that is not empty. Formulas give their cached value, marked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            has_formulas = _check_parts(archive)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl tells about styles and extensions that no table needs
                return _read(content, archive, sheet, has_formulas)
    except FileNotReadable:
        raise
    except Exception as error:  # a damaged or hostile workbook may fail anywhere in the libraries
        raise FileNotReadable(_("This workbook is damaged, or is none."), code="file-damaged", field="file") from error


def refuse_expanding(content: bytes) -> None:
    """What the directory itself says, before anything is unpacked or kept. FileNotReadable as `read_xlsx`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_directory(archive)
    except zipfile.BadZipFile as error:
        raise FileNotReadable(_("This workbook is damaged, or is none."), code="file-damaged", field="file") from error


def _check_directory(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_EXPANDED:
        raise _expands()


def _check_parts(archive: zipfile.ZipFile) -> bool:
    """Refuse what expands too far or declares entities. Returns whether any cell has a formula."""
    _check_directory(archive)
    total, formulas = 0, False
    for part in archive.infolist():
        with archive.open(part) as stream:
            tail = b""
            while chunk := stream.read(CHUNK):
                total += len(chunk)
                if total > MAX_EXPANDED:
                    raise _expands()
                window = tail + chunk
                if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                    raise FileNotReadable(
                        _("This workbook declares entities: it is not read."), code="file-damaged", field="file"
                    )
                formulas = formulas or b"<f>" in window or b"<f " in window
                tail = window[-16:]
    return formulas


def _expands() -> FileNotReadable:
    return FileNotReadable(
        _("Unpacked, this file is larger than %(limit)d MB.") % {"limit": MAX_EXPANDED // 1024**2},
        code="file-expands",
        field="file",
    )


def _read(content: bytes, archive: zipfile.ZipFile, sheet: str, has_formulas: bool) -> Table:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    names = [worksheet.title for worksheet in book.worksheets]
    if sheet and sheet not in names:
        raise FileNotReadable(
            _("There is no sheet “%(sheet)s”.") % {"sheet": sheet}, code="no-such-sheet", field="sheet"
        )
    formulas = load_workbook(io.BytesIO(content), read_only=True, keep_links=False) if has_formulas else None
    for name in [sheet] if sheet else names:
        table = _sheet(book[name], formulas[name] if formulas else None)
        if table.rows or sheet:
            table.sheet, table.sheets = name, names
            _mark_merged(table, archive, book[name]._worksheet_path)
            return table
    raise FileNotReadable(_("This workbook is empty."), code="file-empty", field="file")


def _sheet(values: Any, formulas: Any | None) -> Table:
    table = Table([])
    filled = 0
    for number, (cells, written) in enumerate(_rows(values, formulas), 1):
        texts = [cell_text(cell.value) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if written:
            for index, cell in enumerate(written):
                if cell.data_type == "f":
                    empty = index >= len(texts) or not texts[index]
                    table.marks[number, index] = FORMULA_WITHOUT_VALUE if empty else FORMULA
        for index, cell in enumerate(cells):
            if cell.data_type == "e":
                table.marks[number, index] = ERROR_VALUE
        filled += bool(texts)
        check_row(number, filled, texts)
        table.rows.append(texts)
    marked = max((row for row, _column in table.marks), default=0)
    while len(table.rows) > marked and table.rows and not table.rows[-1]:
        table.rows.pop()
    return table


def _rows(values: Any, formulas: Any | None) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Rows of cached values beside rows of formulas, never wider than the limit (plus the one that breaks it)."""
    values.reset_dimensions()
    computed = values.iter_rows(max_col=MAX_COLUMNS + 1)
    if formulas is None:
        for cells in computed:
            yield cells, ()
        return
    formulas.reset_dimensions()
    yield from zip(computed, formulas.iter_rows(max_col=MAX_COLUMNS + 1), strict=False)


def cell_text(value: Any) -> str:
    """The text that a person would type for a cell's value; numbers without an exponent and without a false ``.0``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        text = format(Decimal(repr(value)), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value).strip()


def _mark_merged(table: Table, archive: zipfile.ZipFile, path: str) -> None:
    """Mark every cell of every merged range: which row its value belongs to is not said."""
    tail = b""
    found: set[bytes] = set()
    with archive.open(path.lstrip("/")) as stream:
        while chunk := stream.read(CHUNK):
            window = tail + chunk
            found.update(_MERGED_RANGE.findall(window))
            tail = window[-100:]
    for reference in sorted(found):
        left, top, right, bottom = range_boundaries(reference.decode())
        for row in range(top, min(bottom, len(table.rows)) + 1):
            for column in range(left, min(right, MAX_COLUMNS) + 1):
                table.marks[row, column - 1] = MERGED
