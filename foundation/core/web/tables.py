"""A table as a file to take away: CSV, XLSX, JSON and PDF. A file holds every row or is refused; it is never cut short."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from itertools import islice
from typing import Any

import xlsxwriter
from django.core.exceptions import BadRequest
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.core import clock, events
from foundation.core.errors import NotValid
from foundation.core.refs import RecordRef

PRINT_TABLE = "core.print_table"  # question: a Table and its lines → the bytes of a PDF (answered by printing)
EXPORTED = "web.exported"  # told, with the request: what was taken away, how it was chosen, which record it is about
XLSX_ROWS = 1_048_575  # a sheet has 2^20 rows, one of them the heads
PDF_ROWS = 5_000  # about 150 pages


@dataclass(frozen=True, slots=True)
class Table:
    """``lines`` are read once. ``keys`` name the columns for machines; ``about`` says what was asked for, in words."""

    name: str
    title: str
    heads: Sequence[str]
    lines: Iterable[Sequence[Any]]
    keys: Sequence[str] = ()
    about: str = ""
    taken_by: str = ""
    record: RecordRef | None = None


def hand_out(request: HttpRequest, asked: str, table: Table) -> HttpResponseBase:
    """The file asked for (`table_file`), and in the ledger that it was taken. A file that is refused is no export."""
    made = table_file(asked, table)
    note_handed_out(request, f"{table.name} as {asked}", chosen=table.about, record=table.record)
    return made


def note_handed_out(request: HttpRequest, what: str, *, chosen: str = "", record: RecordRef | None = None) -> None:
    """Somebody takes plant data away: those above, who keep the ledger, are told before the first byte leaves.

    ``what`` names list and form, ``chosen`` the filters in words. Who has no right to the data was refused before.
    """
    events.ask(EXPORTED, request, what, chosen, record)


def table_file(asked: str, table: Table) -> HttpResponseBase:
    """The file asked for. Numbers stay numbers; text that a spreadsheet would run stays text.

    NotValid when the form cannot hold all rows (XLSX 1,048,575; PDF 5,000): CSV and JSON hold any number.
    """
    if asked not in WRITERS:
        raise BadRequest(_("Lists are exported as csv, xlsx, json or pdf."))
    answer = WRITERS[asked](table)
    stamp = clock.now().astimezone(timezone.get_current_timezone()).strftime("%Y%m%d-%H%M")
    answer["Content-Disposition"] = f'attachment; filename="{table.name}-{stamp}.{asked}"'
    return answer


def _safe(value: Any) -> Any:
    """A spreadsheet runs text that begins like a formula: an apostrophe keeps it text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


class _Echo:
    """What a csv writer writes to when each line goes straight out."""

    def write(self, text: str) -> str:
        return text


def _csv(table: Table) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())

    def out() -> Iterator[str]:
        yield "\ufeff"  # the mark lets Excel read Chinese
        yield writer.writerow(table.heads)
        for line in table.lines:
            yield writer.writerow([_safe(value) for value in line])

    return StreamingHttpResponse(out(), content_type="text/csv; charset=utf-8")


def _json(table: Table) -> StreamingHttpResponse:
    keys = table.keys or table.heads

    def out() -> Iterator[str]:
        head = {"list": table.name, "title": table.title, "about": table.about, "taken_by": table.taken_by}
        yield json.dumps({**head, "taken_at": clock.now()}, ensure_ascii=False, cls=DjangoJSONEncoder)[:-1]
        yield ', "rows": ['
        before = "\n"
        for line in table.lines:
            row = dict(zip(keys, line, strict=True))
            yield before + json.dumps(row, ensure_ascii=False, cls=DjangoJSONEncoder)
            before = ",\n"
        yield "\n]}\n"

    return StreamingHttpResponse(out(), content_type="application/json")


def _xlsx(table: Table) -> HttpResponse:
    out = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, table.heads, book.add_format({"bold": True}))
        for number, line in enumerate(table.lines, start=1):
            if number > XLSX_ROWS:
                raise _too_long(XLSX_ROWS)
            for place, value in enumerate(line):
                if isinstance(value, int | Decimal):
                    sheet.write_number(number, place, value)
                else:
                    sheet.write_string(number, place, value)
    return HttpResponse(
        out.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )


def _pdf(table: Table) -> HttpResponse:
    lines = list(islice(table.lines, PDF_ROWS + 1))
    if len(lines) > PDF_ROWS:
        raise _too_long(PDF_ROWS)
    return HttpResponse(events.ask_one(PRINT_TABLE, table, lines), content_type="application/pdf")


def _too_long(most: int) -> NotValid:
    return NotValid(
        _("This file holds at most %(most)d rows. Filter the list, or take CSV or JSON, which hold all of them.")
        % {"most": most},
        code="too-many-rows",
    )


WRITERS: dict[str, Callable[[Table], HttpResponseBase]] = {"csv": _csv, "xlsx": _xlsx, "json": _json, "pdf": _pdf}
