"""CSV, in the encodings that offices write."""

from __future__ import annotations

import csv
import io

from django.utils.translation import gettext as _

from foundation.imports.exceptions import FileNotReadable
from foundation.imports.reading.limits import MAX_CELL, Table, check_row

# Tried in this order; a mark at the start decides. GB 18030 contains GBK and GB 2312.
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
TRIED = ("utf-8", "gb18030")
OFFERED = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "big5", "cp1252")
DELIMITERS = ",;\t|"


def read_csv(content: bytes, encoding: str = "") -> Table:
    """Decode and split. A person may name the encoding when the guess is wrong."""
    text, used = decode(content, encoding)
    delimiter = guess_delimiter(text)
    csv.field_size_limit(MAX_CELL * 100)
    rows: list[list[str]] = []
    filled = 0
    try:
        for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            filled += any(cell.strip() for cell in record)
            check_row(number, filled, record)
            rows.append([cell.strip() for cell in record])
    except csv.Error as error:
        raise FileNotReadable(
            _("Row %(row)d cannot be read: %(error)s.") % {"row": len(rows) + 1, "error": error},
            code="file-damaged",
            field="file",
        ) from error
    return Table(rows, encoding=used, delimiter=delimiter)


def decode(content: bytes, encoding: str = "") -> tuple[str, str]:
    """The text and the encoding that it was in."""
    if encoding and encoding not in OFFERED:
        raise FileNotReadable(
            _("“%(encoding)s” is not an encoding that can be chosen.") % {"encoding": encoding},
            code="unknown-encoding",
            field="encoding",
        )
    marked = next((name for mark, name in MARKS if content.startswith(mark)), "")
    for name in [encoding] if encoding else [marked] if marked else TRIED:
        try:
            text = content.decode(name)
        except UnicodeError:
            continue
        if "\x00" in text or any(sign < " " and sign not in "\t\r\n\f" for sign in text[:100_000]):
            break
        return text, name
    raise FileNotReadable(_("This is neither text nor a workbook."), code="not-text", field="file")


def guess_delimiter(text: str) -> str:
    """What splits the first line that is not empty into most parts."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=lambda sign: len(next(csv.reader([first], delimiter=sign), [])))
