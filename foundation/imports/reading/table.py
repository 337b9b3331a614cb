"""A table as it stands in a file: texts, and marks on cells that need a look."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.imports.exceptions import FileNotReadable
from foundation.imports.reading import limits
from foundation.imports.reading.csv_file import read_csv
from foundation.imports.reading.limits import MAX_EXPANDED, MAX_ROWS, MAX_SIZE, Table
from foundation.imports.reading.xlsx_file import read_xlsx, refuse_expanding

__all__ = ["MAX_EXPANDED", "MAX_ROWS", "MAX_SIZE", "Table", "is_large", "read_table", "refuse_size"]


def read_table(content: bytes, *, sheet: str = "", encoding: str = "") -> Table:
    """Read a file. FileNotReadable: ``file-empty``, ``file-too-large``, ``too-many-rows``, ``too-many-columns``,
    ``file-expands`` (a zip bomb), ``file-damaged``, ``unknown-encoding``, ``not-text``. Nothing is guessed from the name."""
    refuse_size(content)
    if _is_workbook(content):
        return read_xlsx(content, sheet)
    return read_csv(content, encoding)


def refuse_size(content: bytes) -> None:
    """What is seen before anything is read: an empty file, one that is too large, or that says it expands too far."""
    if not content.strip():
        raise FileNotReadable(_("This file is empty."), code="file-empty", field="file")
    if len(content) > MAX_SIZE:
        raise FileNotReadable(
            _("This file is larger than %(limit)d MB.") % {"limit": MAX_SIZE // 1024**2},
            code="file-too-large",
            field="file",
        )
    if _is_workbook(content):
        refuse_expanding(content)


def is_large(content: bytes) -> bool:
    """Whether reading and reviewing it takes longer than a person should wait for a page. A guess, before it is read."""
    if _is_workbook(content):
        return len(content) > limits.LARGE * limits.XLSX_ROW
    return content.count(b"\n") > limits.LARGE


def _is_workbook(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")
