"""A table as it stands in a file: texts, and marks on cells that need a look."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.imports.exceptions import FileNotReadable
from foundation.imports.reading.csv_file import read_csv
from foundation.imports.reading.limits import MAX_EXPANDED, MAX_ROWS, MAX_SIZE, Table
from foundation.imports.reading.xlsx_file import read_xlsx

__all__ = ["MAX_EXPANDED", "MAX_ROWS", "MAX_SIZE", "Table", "read_table"]


def read_table(content: bytes, *, sheet: str = "", encoding: str = "") -> Table:
    """Read a file. FileNotReadable: ``file-empty``, ``file-too-large``, ``too-many-rows``, ``too-many-columns``,
    ``file-expands`` (a zip bomb), ``file-damaged``, ``unknown-encoding``, ``not-text``. Nothing is guessed from the name."""
    if not content.strip():
        raise FileNotReadable(_("This file is empty."), code="file-empty", field="file")
    if len(content) > MAX_SIZE:
        raise FileNotReadable(
            _("This file is larger than %(limit)d MB.") % {"limit": MAX_SIZE // 1024**2},
            code="file-too-large",
            field="file",
        )
    if content.startswith(b"PK\x03\x04"):
        return read_xlsx(content, sheet)
    return read_csv(content, encoding)
