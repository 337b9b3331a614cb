"""Staging, mapping, deciding, committing: what is wrong is named by row and column, and nothing is written."""

import io
from typing import Any

import pytest
import xlsxwriter
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from bom.models import BomLine, BomRevision, Item
from foundation.core.actor import Actor
from foundation.core.errors import Conflict, NotValid, PermissionDenied, TransitionNotAllowed
from foundation.files.exceptions import FileRefused
from foundation.files.selectors import content_of
from foundation.imports.exceptions import FileNotReadable, StillProblems
from foundation.imports.models import ImportBatch, SavedMapping, StagedDecision, StagedRow
from foundation.imports.schema import text_of
from foundation.imports.selectors import suggestions_of
from foundation.imports.services import (
    abandon_batch,
    accept_suggestions,
    add_row,
    commit_batch,
    correct_rows,
    map_columns,
    remove_row,
    reread_batch,
    stage_file,
)
from foundation.records.models import LedgerEntry
from tests.factories.people import SETUP, actor_for, person

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("PLT-03", "COL-05")]
HEADER = "path,title,item,kind,quantity,manufacturer,part_number,price,notes"
CLEAN = [
    "top,Widget,A1,part,2,Acme,P-1,1.50,Screw",
    "top,Widget,A2,part,1,Acme,P-2,2.00,Plate",
]


def staged(*lines: str, actor: Actor = SETUP, header: str = HEADER) -> ImportBatch:
    content = "\n".join([header, *lines]) + "\n"
    return stage_file(actor=actor, schema="bom.parts_list", content=content.encode(), name="list.csv", origin="test")


def mapped(*lines: str) -> ImportBatch:
    batch = staged(*lines)
    return map_columns(actor=SETUP, batch_id=batch.pk, mapping=batch.mapping)


def problems(batch: ImportBatch, severity: str = "error") -> set[tuple[int | None, str, str]]:
    """(row, column, code) of what is open."""
    return {
        (row.row_number, problem["column"], problem["code"])
        for row in batch.rows.all()
        for problem in row.open_problems
        if problem["severity"] == severity
    }


def refuse_commit(batch: ImportBatch) -> None:
    with pytest.raises(StillProblems):
        commit_batch(actor=SETUP, batch_id=batch.pk)
    assert not Item.objects.exists()
    assert not BomRevision.objects.exists()


class TestStaging:
    def test_the_original_is_kept_and_the_rows_are_texts(self) -> None:
        batch = staged(*CLEAN)
        assert (batch.number, batch.state, batch.row_count, batch.header_row) == ("IMP-000001", "staged", 2, 1)
        assert content_of(batch.original).decode().startswith(HEADER)
        assert list(batch.rows.values_list("row_number", flat=True)) == [2, 3]
        assert batch.mapping == {
            "path": 0, "title": 1, "position": 2, "kind": 3, "quantity": 4, "manufacturer": 5, "part_number": 6, "price": 7,
            "notes": 8,
        }  # fmt: skip

    def test_a_header_further_down_is_found(self) -> None:
        batch = staged(*CLEAN, header=f"Widget list,,\n\n{HEADER}")
        assert (batch.header_row, batch.row_count) == (3, 2)
        assert batch.rows.order_by("sequence").first().row_number == 4

    def test_chinese_headers_in_gbk(self) -> None:
        content = "组件名称,序号,数量,制造商,料号,描述\n鼓风机,A1,4,爱可美,P-1,螺钉\n".encode("gbk")
        batch = stage_file(actor=SETUP, schema="bom.parts_list", content=content, name="清单.csv", origin="")
        assert batch.encoding == "gb18030"
        assert batch.mapping == {
            "title": 0,
            "position": 1,
            "quantity": 2,
            "manufacturer": 3,
            "part_number": 4,
            "notes": 5,
        }
        batch = map_columns(actor=SETUP, batch_id=batch.pk, mapping=batch.mapping)
        assert batch.rows.get(kind="file").reading["quantity"] == "4"

    @pytest.mark.parametrize(
        ("content", "error"),
        [(b"", FileNotReadable), (b"%PDF-1.7 no list", FileRefused), (HEADER.encode(), FileNotReadable)],
    )
    def test_what_is_no_list_leaves_nothing(self, content: bytes, error: type[Exception]) -> None:
        with pytest.raises(error):
            stage_file(actor=SETUP, schema="bom.parts_list", content=content, name="x.xlsx", origin="test")
        assert not ImportBatch.objects.exists()
        assert LedgerEntry.objects.get(verb="imports.file.staged").outcome == "refused"

    def test_another_sheet_can_be_read(self) -> None:
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out)
        for name, part in (("Old", "P-1"), ("New", "P-2")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEADER.split(","))
            sheet.write_row(1, 0, ["top", "Widget", "A1", "part", 2, "Acme", part, 1.5, "Screw"])
        book.close()
        batch = stage_file(actor=SETUP, schema="bom.parts_list", content=out.getvalue(), name="x.xlsx", origin="test")
        assert (batch.sheet, batch.sheets) == ("Old", ["Old", "New"])
        batch = reread_batch(actor=SETUP, batch_id=batch.pk, sheet="New")
        assert batch.rows.get().raw[6:8] == ["P-2", "1.5"]

    def test_a_role_and_a_known_schema_are_needed(self) -> None:
        with pytest.raises(PermissionDenied):
            staged(*CLEAN, actor=actor_for(person("olga", "operator")))
        with pytest.raises(NotValid):
            stage_file(actor=SETUP, schema="nonsense", content=b"a,b\n1,2\n", name="x.csv", origin="test")


class TestMapping:
    def test_a_saved_mapping_is_used_again(self) -> None:
        header = "Pfad;Baugruppe;Pos;Menge;Teil"
        lines = ["top;Widget;A1;2;P-1"]
        first = staged(*lines, header=header)
        mapping = {"path": 0, "title": 1, "position": 2, "quantity": 3, "part_number": 4}
        assert first.mapping != mapping
        map_columns(actor=SETUP, batch_id=first.pk, mapping=mapping, save_as="Werk Süd")
        assert SavedMapping.objects.get().columns == {
            "path": "Pfad", "title": "Baugruppe", "position": "Pos", "quantity": "Menge", "part_number": "Teil",
        }  # fmt: skip
        assert staged(*lines, header=header).mapping == mapping

    @pytest.mark.parametrize(
        ("mapping", "code"),
        [
            ({"title": 1, "position": 2}, "field-not-mapped"),
            ({"title": 1, "position": 1, "part_number": 6}, "column-twice"),
            ({"title": 1, "position": 2, "part_number": 99}, "not-valid"),
            ({"title": 1, "position": 2, "part_number": 6, "role": 3}, "not-valid"),
        ],
    )
    def test_mappings_that_cannot_be(self, mapping: dict[str, int], code: str) -> None:
        batch = staged(*CLEAN)
        with pytest.raises(NotValid) as refusal:
            map_columns(actor=SETUP, batch_id=batch.pk, mapping=mapping)
        assert refusal.value.code == code
        assert ImportBatch.objects.get().state == "staged"


class TestBadInput:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("top,Widget,A1,part,1,Acme,P-3,1,Twice", (4, "position", "line-twice")),
            ("top,Widget,A3,part,-4,Acme,P-3,1,x", (4, "quantity", "negative")),
            ("top,Widget,A3,part,9999999999999,Acme,P-3,1,x", (4, "quantity", "absurd")),
            ("top,Widget,A3,part,0,Acme,P-3,1,x", (4, "quantity", "zero")),
            ("top,Widget,A3,part,5 furlong,Acme,P-3,1,x", (4, "quantity", "unknown-unit")),
            ("top,Widget,A3,part,many,Acme,P-3,1,x", (4, "quantity", "not-a-quantity")),
            ("top,Widget,A3,part,,Acme,P-3,1,x", (4, "quantity", "no-quantity")),
            ("top,Widget,A3,part,1,Acme,P-3,cheap,x", (4, "price", "not-a-quantity")),
            ("top,Widget,A3,part,1,Acme,P-3,3 / m,x", (4, "price", "price-unit")),
            ("top,Widget,A3,part,15cm,Acme,P-1,1,Screw", (4, "quantity", "two-units")),
            ("top,Widget,A3,gadget,1,Acme,P-3,1,x", (4, "kind", "unknown-kind")),
            ("top,Widget,A3,part,1,Acme,,1,x", (4, "part_number", "required")),
            ("top,,A3,part,1,Acme,P-3,1,x", (4, "title", "required")),
        ],
    )
    def test_named_by_row_and_column_and_nothing_written(self, line: str, expected: tuple[int, str, str]) -> None:
        batch = mapped(*CLEAN, line)
        assert expected in problems(batch)
        refuse_commit(batch)

    def test_a_cycle_of_tables(self) -> None:
        batch = mapped(
            "top,Widget,A1,part,1,Own,Gadget,1,x",
            "top/g,Gadget,A1,part,1,Own,Part,1,x",
            "top/g/p,Part,A1,part,1,Acme,P-1,1,x",
        )
        batch = correct_rows(
            actor=SETUP,
            batch_id=batch.pk,
            changes={"file": {"own_manufacturer": "Own"}, "r4": {"source": "list", "child": "top|Widget"}},
        )
        assert {(4, "child", "cycle"), (2, "child", "cycle")} <= problems(batch)
        refuse_commit(batch)

    def test_an_in_house_line_without_a_table_that_nobody_decided(self) -> None:
        batch = mapped(*CLEAN, "top,Widget,A3,part,1,Own,Bracket,1,Bracket", "top/s,Sub,A1,part,1,Acme,P-9,1,x")
        batch = correct_rows(actor=SETUP, batch_id=batch.pk, changes={"file": {"own_manufacturer": "Own"}})
        assert (4, "part_number", "no-table") in problems(batch)
        refuse_commit(batch)
        batch = correct_rows(actor=SETUP, batch_id=batch.pk, changes={"r4": {"source": "bought"}})
        assert problems(batch) == set()

    def test_the_same_part_number_with_another_text_is_a_warning_to_resolve(self) -> None:
        batch = mapped(*CLEAN, "top,Widget,A3,part,1,Acme,P-1,1.50,Washer")
        assert (4, "notes", "other-text") in problems(batch, "warning")
        batch = accept_suggestions(actor=SETUP, batch_id=batch.pk)
        assert (4, "notes", "other-text") in problems(batch, "warning")  # not a suggestion: nobody accepts it unseen
        refuse_commit(batch)
        batch = correct_rows(actor=SETUP, batch_id=batch.pk, changes={"r4": {"item_number": "P-1-WASHER"}})
        assert problems(batch, "warning") == set()
        commit_batch(actor=SETUP, batch_id=batch.pk)
        assert set(Item.objects.filter(number__startswith="P-1").values_list("number", flat=True)) == {
            "P-1",
            "P-1-WASHER",
        }

    def test_merged_cells_and_formulas(self) -> None:
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out)
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER.split(","))
        for row in (1, 2):
            sheet.write_row(row, 0, ["top", "Widget", f"A{row}", "part", 2, "Acme", f"P-{row}", 1.5, "Screw"])
        sheet.merge_range("F2:F3", "Acme")
        sheet.write_formula("E3", "=1+1", value=2)
        book.close()
        batch = stage_file(actor=SETUP, schema="bom.parts_list", content=out.getvalue(), name="x.xlsx", origin="test")
        batch = map_columns(actor=SETUP, batch_id=batch.pk, mapping=batch.mapping)
        assert problems(batch) == {(2, "manufacturer", "merged"), (3, "manufacturer", "merged")}
        assert (3, "quantity", "formula") in problems(batch, "suggestion")
        refuse_commit(batch)
        fixed = {"r2": {"manufacturer": "Acme "}, "r3": {"manufacturer": "Acme"}}
        batch = correct_rows(actor=SETUP, batch_id=batch.pk, changes=fixed)
        assert (3, "manufacturer", "merged") not in problems(batch)

    def test_an_item_of_the_plant_in_another_unit(self) -> None:
        commit_batch(actor=SETUP, batch_id=accept_suggestions(actor=SETUP, batch_id=mapped(*CLEAN).pk).pk)
        batch = mapped("top,Other,A1,part,15cm,Acme,P-1,1,Screw")
        assert problems(batch) == {(2, "quantity", "other-unit")}

    def test_problems_are_told_in_the_readers_language(self) -> None:
        (row,) = mapped("top,Widget,A1,part,-4,Acme,P-3,1,x").rows.filter(kind="file")
        assert [text_of(problem) for problem in row.problems if problem["code"] == "negative"] == ["“-4” is negative."]


class TestDeciding:
    def test_a_correction_is_kept_with_what_stood_before(self) -> None:
        batch = mapped(*CLEAN, "top,Widget,A3,part,many,Acme,P-3,1,x")
        batch = correct_rows(actor=SETUP, batch_id=batch.pk, changes={"r4": {"quantity": "7"}})
        row = batch.rows.get(key="r4")
        assert (row.raw[4], row.values, row.reading["quantity"]) == ("many", {"quantity": "7"}, "7")
        noted = StagedDecision.objects.get(batch=batch)
        assert (noted.kind, noted.field, noted.before, noted.after) == ("correct", "quantity", "many", "7")

    def test_accepting_is_of_one_reading(self) -> None:
        batch = mapped(*CLEAN, "top,Widget,A3,part,~1m,Acme,P-3,1 / m,x")
        batch = accept_suggestions(actor=SETUP, batch_id=batch.pk)
        assert problems(batch, "suggestion") == set()
        batch = correct_rows(actor=SETUP, batch_id=batch.pk, changes={"r4": {"quantity": "~2m"}})
        assert problems(batch, "suggestion") == {(4, "quantity", "quantity-read")}

    def test_the_page_says_how_many_suggestions_and_what_they_are(self) -> None:
        batch = mapped(*CLEAN, "top,Widget,A3,part,~1m,Acme,P-3,1 / m,x", "top,Widget,A4,part,~2m,Acme,P-4,1 / m,y")
        told = suggestions_of(batch)
        count = sum(number for _column, _text, number in told)
        kept = StagedDecision.objects.filter(batch=batch).count()
        desk = Client()
        desk.force_login(person("eva", "process_engineer"))
        page = desk.get(reverse("imports:review", args=[batch.pk])).content.decode()
        assert f"Accept all {count} suggestions" in page
        for column, text, number in told:
            assert f"<strong>{number} ×</strong> {column}: {escape(text)}" in page
        accept_suggestions(actor=SETUP, batch_id=batch.pk)
        assert StagedDecision.objects.filter(batch=batch, kind="accept").count() - kept == count
        assert suggestions_of(batch) == []
        assert "What these suggestions are" not in desk.get(reverse("imports:review", args=[batch.pk])).content.decode()

    def test_a_warning_is_accepted_by_itself(self) -> None:
        batch = mapped(*CLEAN, "top,Widget,A3,part,(1),Acme,P-3,1,x")
        row = batch.rows.get(key="r4")
        (warning,) = [problem for problem in row.open_problems if problem["code"] == "brackets"]
        batch = accept_suggestions(actor=SETUP, batch_id=batch.pk, keys=["r4"], problem=warning["key"])
        assert problems(batch, "warning") == set()

    @pytest.mark.parametrize(
        "changes", [{"r9": {"quantity": "1"}}, {"r2": {"colour": "red"}}, {"r2": {"role": "nonsense"}}]
    )
    def test_what_cannot_be_decided(self, changes: dict[str, Any]) -> None:
        batch = mapped(*CLEAN)
        with pytest.raises(NotValid):
            correct_rows(actor=SETUP, batch_id=batch.pk, changes=changes)
        assert not StagedDecision.objects.exists()

    def test_a_row_is_added_with_a_reason_and_can_be_taken_out(self) -> None:
        batch = mapped(*CLEAN)
        values = {
            "path": "top",
            "title": "Widget",
            "position": "A9",
            "quantity": "18 g",
            "part_number": "RES",
            "notes": "Resin",
        }
        with pytest.raises(NotValid):
            add_row(actor=SETUP, batch_id=batch.pk, values=values, reason="")
        row = add_row(actor=SETUP, batch_id=batch.pk, values=values, reason="The list has no resin")
        assert StagedRow.objects.get(pk=row.pk).reading["unit"] == "g"
        remove_row(actor=SETUP, batch_id=batch.pk, key=row.key)
        with pytest.raises(NotValid):
            remove_row(actor=SETUP, batch_id=batch.pk, key="r2")
        assert list(batch.rows.exclude(kind="group").values_list("key", flat=True)) == ["r2", "r3"]

    def test_two_people_at_one_import(self) -> None:
        batch = mapped(*CLEAN)
        read = batch.etag
        accept_suggestions(actor=SETUP, batch_id=batch.pk, expected=read)
        with pytest.raises(Conflict):
            commit_batch(actor=SETUP, batch_id=batch.pk, expected=read)
        assert not Item.objects.exists()


class TestCommitting:
    def test_all_of_it_in_one_act(self) -> None:
        engineer = actor_for(person("eva", "process_engineer"))
        batch = accept_suggestions(actor=SETUP, batch_id=mapped(*CLEAN).pk)
        done = commit_batch(actor=engineer, batch_id=batch.pk, expected=batch.etag)
        assert (done.state, done.result["summary"]["items_new"], done.result["summary"]["revisions"]) == (
            "committed",
            3,
            1,
        )
        assert list(BomLine.objects.order_by("position").values_list("component__number", "quantity")) == [
            ("P-1", 2),
            ("P-2", 1),
        ]
        entry = LedgerEntry.objects.get(verb="imports.batch.committed")
        assert (entry.actor_name, entry.subject_number) == ("Eva", batch.number)
        assert {part["verb"] for part in entry.parts} == {"bom.revision.started", "bom.revision.written"}
        with pytest.raises(TransitionNotAllowed):
            commit_batch(actor=engineer, batch_id=batch.pk)

    def test_staging_alone_does_not_allow_it(self) -> None:
        warehouse = actor_for(person("wang", "warehouse"))
        batch = accept_suggestions(actor=SETUP, batch_id=mapped(*CLEAN).pk)
        with pytest.raises(PermissionDenied):
            commit_batch(actor=warehouse, batch_id=batch.pk)
        assert not Item.objects.exists()

    def test_abandoned_it_stays_so(self) -> None:
        batch = mapped(*CLEAN)
        with pytest.raises(NotValid):
            abandon_batch(actor=SETUP, batch_id=batch.pk, reason="")
        abandon_batch(actor=SETUP, batch_id=batch.pk, reason="Wrong file")
        with pytest.raises(TransitionNotAllowed):
            correct_rows(actor=SETUP, batch_id=batch.pk, changes={"r2": {"quantity": "3"}})
