"""A list as a file: whole or refused, in every form."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.core.exceptions import BadRequest
from openpyxl import load_workbook

from foundation.core.errors import NotValid
from foundation.core.web import tables
from foundation.core.web.tables import Table, table_file

LINES = [["L-1", "=1+1", Decimal("12.50"), "乳胶, 白"], ["L-2", "plain", Decimal("0"), ""]]


def table(lines: object = LINES) -> Table:
    keys = ("lot", "note", "quantity", "name")
    return Table("lots", "Lots", ("Lot", "Note", "Quantity", "Name"), lines, keys, "item: X", "Li Na")  # type: ignore[arg-type]


def test_csv_keeps_text_text_and_says_every_row() -> None:
    text = table_file("csv", table()).getvalue().decode("utf-8-sig")  # type: ignore[attr-defined]
    assert list(csv.reader(io.StringIO(text))) == [
        ["Lot", "Note", "Quantity", "Name"],
        ["L-1", "'=1+1", "12.50", "乳胶, 白"],
        ["L-2", "plain", "0", ""],
    ]


def test_json_names_columns_for_machines_and_tells_what_was_asked() -> None:
    told = json.loads(table_file("json", table()).getvalue())  # type: ignore[attr-defined]
    assert (told["list"], told["about"], told["taken_by"]) == ("lots", "item: X", "Li Na")
    assert told["rows"][0] == {"lot": "L-1", "note": "=1+1", "quantity": "12.50", "name": "乳胶, 白"}
    assert len(told["rows"]) == 2


def test_xlsx_holds_numbers_as_numbers() -> None:
    sheet = load_workbook(io.BytesIO(table_file("xlsx", table()).getvalue())).active  # type: ignore[attr-defined]
    assert [cell.value for cell in sheet[2]] == ["L-1", "=1+1", 12.5, "乳胶, 白"]
    assert sheet["B2"].data_type == "s"


def test_a_long_list_streams_without_being_held() -> None:
    read = 0

    def many() -> Iterator[list[object]]:
        nonlocal read
        for number in range(200_000):
            read = number
            yield [f"L-{number}", "", Decimal(1), ""]

    stream = iter(table_file("csv", table(many())))
    for _part in range(10):
        next(stream)
    assert read < 100


@pytest.mark.parametrize(("asked", "most"), [("pdf", "PDF_ROWS"), ("xlsx", "XLSX_ROWS")])
def test_what_a_form_cannot_hold_is_refused_and_never_cut_short(
    asked: str, most: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, most, 1)
    with pytest.raises(NotValid, match="at most 1 rows") as refused:
        table_file(asked, table())
    assert refused.value.code == "too-many-rows"


def test_pdf_prints_heads_rows_and_chinese() -> None:
    made = table_file("pdf", table())
    assert made.content[:5] == b"%PDF-"  # type: ignore[attr-defined]
    assert made["Content-Type"] == "application/pdf"


def test_another_form_is_a_bad_request() -> None:
    with pytest.raises(BadRequest):
        table_file("exe", table())
