"""The list of bad input in issue 2, phrase by phrase, each with the tests that prove it; and those that stand nowhere else."""

import ast
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from bom.models import BomRevision, Item
from foundation.core import jobs
from foundation.imports.exceptions import FileNotReadable
from foundation.imports.models import ImportBatch, StagedRow
from foundation.imports.reading import limits, xlsx_file
from foundation.imports.services import map_columns, stage_file
from foundation.records.models import LedgerEntry
from tests.factories.people import SETUP, person
from tests.imports.test_staging import CLEAN, HEADER, problems, refuse_commit

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("PLT-03", "COL-05")]
TABLE = Path(__file__).resolve().parents[2] / "docs" / "validation" / "bad-input.md"
ROOT = TABLE.parents[2]


def test_every_phrase_names_tests_that_exist() -> None:
    rows = re.findall(r"^\| (?!---|phrase)(.+?) \| (.+?) \|$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == 24
    missing = []
    for phrase, places in rows:
        found = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", places)
        assert found, phrase
        for path, name in found:
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            if name not in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}:
                missing.append(f"{path}::{name}")
    assert missing == []


@pytest.mark.parametrize(("encoding", "shown"), [("gbk", "gb18030"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16")])
def test_the_encoding_is_shown(encoding: str, shown: str) -> None:
    desk = Client()
    desk.force_login(person("eva", "process_engineer"))
    file = io.BytesIO("组件名称,序号,数量,料号\n鼓风机,A1,4,P-1\n".encode(encoding))
    file.name = "清单.csv"
    answer = desk.post(reverse("imports:upload"), {"schema": "bom.parts_list", "file": file}, follow=True)
    page = answer.content.decode()
    assert f'encoding <span class="ar-code">{shown}</span>' in page
    assert "鼓风机" in page


def test_a_formula_without_a_value_is_an_error_of_its_cell() -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADER.split(","))
    book.active.append([*CLEAN[0].split(",")[:4], "=1+1", "Acme", "P-1", "1.5", "Screw"])
    out = io.BytesIO()
    book.save(out)  # openpyxl writes no cached values
    batch = stage_file(actor=SETUP, schema="bom.parts_list", content=out.getvalue(), name="x.xlsx", origin="test")
    batch = map_columns(actor=SETUP, batch_id=batch.pk, mapping=batch.mapping)
    assert (2, "quantity", "formula-without-value") in problems(batch)
    refuse_commit(batch)


def _bomb() -> bytes:
    """A small archive with the name of a workbook, and parts like one, that would fill a disk."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 300_000)
    assert len(out.getvalue()) < 2_000
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (lambda: b"", "file-empty"),
        (lambda: b" \n\n ", "file-empty"),
        (lambda: b"title\n" * (limits.MAX_SIZE // 6 + 1), "file-too-large"),
        (_bomb, "file-expands"),
        (lambda: b"PK\x03\x04 renamed", "file-damaged"),
        (lambda: "\n".join([HEADER, *CLEAN * 3]).encode(), "too-many-rows"),
        (lambda: HEADER.encode() + b"\n" + b"," * 300, "too-many-columns"),
    ],
)
def test_a_file_beyond_the_limits_leaves_nothing(
    content: Callable[[], bytes], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_file, "MAX_EXPANDED", 200_000)
    monkeypatch.setattr(limits, "MAX_ROWS", 5)
    with pytest.raises(FileNotReadable) as refusal:
        stage_file(actor=SETUP, schema="bom.parts_list", content=content(), name="list.xlsx", origin="test")
    assert refusal.value.code == code
    assert not ImportBatch.objects.exists()
    assert not StagedRow.objects.exists()
    assert LedgerEntry.objects.get(verb="imports.file.staged").data["code"] == code


def test_the_worker_keeps_the_limits_too() -> None:
    """Fifty thousand rows and one: only reading shows it, so the worker says it on the page of the import."""
    content = b"title,item,part_number\n" + b"Widget,A1,P-1\n" * (limits.MAX_ROWS + 1)
    batch = stage_file(actor=SETUP, schema="bom.parts_list", content=content, name="list.csv", origin="test")
    jobs.run_waiting()
    batch.refresh_from_db()
    assert (batch.state, batch.problem) == ("unreadable", "This file has more than 50000 rows.")
    assert not StagedRow.objects.exists()
    assert not Item.objects.exists()
    assert not BomRevision.objects.exists()
