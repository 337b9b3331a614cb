"""From bytes to a table: encodings, formulas, merged cells, and files that are refused."""

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
import xlsxwriter

from foundation.imports.exceptions import FileNotReadable
from foundation.imports.reading import limits, read_table, xlsx_file
from foundation.imports.reading.limits import column_letter

HEADER = "title,item,quantity,part_number\n"


def workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    fill(book)
    book.close()
    return out.getvalue()


def refused(content: bytes, **options: str) -> FileNotReadable:
    with pytest.raises(FileNotReadable) as refusal:
        read_table(content, **options)
    return refusal.value


class TestText:
    @pytest.mark.parametrize(
        ("encoding", "shown"),
        [
            ("utf-8", "utf-8"),
            ("utf-8-sig", "utf-8-sig"),
            ("gbk", "gb18030"),
            ("gb18030", "gb18030"),
            ("utf-16", "utf-16"),
        ],
    )
    def test_encodings_of_offices(self, encoding: str, shown: str) -> None:
        table = read_table("组件,序号,数量,料号\n鼓风机,A1,约1m,亚克力板\n".encode(encoding))
        assert (table.encoding, table.rows) == (
            shown,
            [["组件", "序号", "数量", "料号"], ["鼓风机", "A1", "约1m", "亚克力板"]],
        )

    def test_a_person_may_name_the_encoding(self) -> None:
        content = "name\nDüse\n".encode("cp1252")
        assert read_table(content, encoding="cp1252").rows[1] == ["Düse"]
        assert refused(content, encoding="rot13").code == "unknown-encoding"

    @pytest.mark.parametrize(("sign", "shown"), [(",", ","), (";", ";"), ("\t", "\t"), ("|", "|")])
    def test_what_splits_the_cells(self, sign: str, shown: str) -> None:
        table = read_table(f'a{sign}b{sign}c\n1{sign}"x\ny"{sign}3\n'.encode())
        assert (table.delimiter, table.rows[1]) == (shown, ["1", "x\ny", "3"])

    @pytest.mark.parametrize("content", [b"", b"  \r\n ", b"\x00\x01\x02\x03", bytes(range(1, 32)) * 3])
    def test_neither_text_nor_workbook(self, content: bytes) -> None:
        assert refused(content).code in {"file-empty", "not-text"}

    def test_an_open_quote_names_its_row(self) -> None:
        refusal = refused((HEADER + 'x,A1,1,"never closed\n').encode())
        assert refusal.code == "file-damaged"
        assert "Row 2" in str(refusal.reason)

    def test_limits(self) -> None:
        assert refused(b"a\n" * (limits.MAX_SIZE // 2 + 1)).code == "file-too-large"
        assert refused(b"title\n" + b"x\n" * (limits.MAX_ROWS + 1)).code == "too-many-rows"
        assert len(read_table(b"title\n" + b"x\n" * limits.MAX_ROWS).rows) == limits.MAX_ROWS + 1
        assert refused(("," * limits.MAX_COLUMNS + "x\n").encode()).code == "too-many-columns"
        long = refused(("title\n" + "x" * (limits.MAX_CELL + 1)).encode())
        assert (long.code, "Row 2, column A" in str(long.reason)) == ("cell-too-long", True)

    @pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
    def test_columns_are_named_as_in_a_spreadsheet(self, index: int, letter: str) -> None:
        assert column_letter(index) == letter


class TestWorkbooks:
    def test_numbers_dates_and_texts(self) -> None:
        def fill(book: xlsxwriter.Workbook) -> None:
            book.add_worksheet("Empty")
            sheet = book.add_worksheet("Parts")
            sheet.write_row(0, 0, ["title", "qty", "price", "part"])
            sheet.write_row(1, 0, ["Blower", 4, 0.06, "08550102"])
            sheet.write_row(2, 0, ["Blower", 1e-7, True, 3896.0])

        table = read_table(workbook(fill))
        assert (table.sheet, table.sheets, table.encoding) == ("Parts", ["Empty", "Parts"], "")
        assert table.rows == [
            ["title", "qty", "price", "part"],
            ["Blower", "4", "0.06", "08550102"],
            ["Blower", "0.0000001", "TRUE", "3896"],
        ]

    def test_a_sheet_may_be_chosen(self) -> None:
        def fill(book: xlsxwriter.Workbook) -> None:
            for name in ("One", "Two"):
                book.add_worksheet(name).write(0, 0, name)

        assert read_table(workbook(fill), sheet="Two").rows == [["Two"]]
        assert refused(workbook(fill), sheet="Three").code == "no-such-sheet"

    def test_a_formula_gives_its_last_value_and_is_marked(self) -> None:
        def fill(book: xlsxwriter.Workbook) -> None:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["qty", "price"])
            sheet.write_formula(1, 0, "=2*2", value=4)
            sheet.write_formula(1, 1, "=1/0", value="#DIV/0!")

        table = read_table(workbook(fill))
        assert table.rows[1] == ["4", "#DIV/0!"]
        assert table.marks[2, 0] == "formula"
        assert table.marks[2, 1] in {"formula", "error-value"}

    def test_a_formula_without_a_value_is_marked(self) -> None:
        book = openpyxl.Workbook()
        book.active.append(["qty"])
        book.active.append(["=A9*2"])
        out = io.BytesIO()
        book.save(out)  # openpyxl writes no cached values
        assert read_table(out.getvalue()).marks == {(2, 0): "formula-without-value"}

    def test_merged_cells_are_marked(self) -> None:
        def fill(book: xlsxwriter.Workbook) -> None:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["title", "part", "qty"])
            sheet.merge_range("A2:A3", "Blower")
            sheet.write_row(1, 1, ["P", 1])
            sheet.write_row(2, 1, ["Q", 2])

        table = read_table(workbook(fill))
        assert table.marks == {(2, 0): "merged", (3, 0): "merged"}
        assert table.rows[2] == ["", "Q", "2"]

    def test_a_zip_bomb_is_not_unpacked(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(3):
                archive.writestr(f"xl/{number}.xml", b"\0" * (limits.MAX_EXPANDED // 2))
        assert len(out.getvalue()) < 1_000_000
        assert refused(out.getvalue()).code == "file-expands"

    def test_a_directory_that_lies_is_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fill(book: xlsxwriter.Workbook) -> None:
            book.add_worksheet().write(0, 0, "x" * 5000)

        monkeypatch.setattr(xlsx_file, "MAX_EXPANDED", 100_000)
        content = bytearray(workbook(fill))
        assert read_table(bytes(content)).rows[0][0] == "x" * 5000
        monkeypatch.setattr(xlsx_file, "MAX_EXPANDED", 2_000)
        assert refused(bytes(content)).code == "file-expands"

    def test_entities_are_not_read(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook/>')
        assert refused(out.getvalue()).code == "file-damaged"

    def test_what_only_looks_like_a_workbook(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("a.txt", "no workbook")
        assert refused(out.getvalue()).code == "file-damaged"
        assert refused(b"PK\x03\x04 truncated").code == "file-damaged"

    def test_an_empty_workbook(self) -> None:
        assert refused(workbook(lambda book: book.add_worksheet())).code == "file-empty"

    def test_too_many_columns_are_refused_not_padded(self) -> None:
        def fill(book: xlsxwriter.Workbook) -> None:
            book.add_worksheet().write(0, 16_000, "far away")

        content = workbook(fill)
        with pytest.raises(FileNotReadable):
            read_table(content)
