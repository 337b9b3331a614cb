"""Originals are kept as they came, by what they contain."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.refs import RecordRef
from foundation.files import selectors, sniffing, storage
from foundation.files.exceptions import FileDamaged, FileRefused
from foundation.files.models import Attachment, StoredFile
from foundation.files.services import keep_original
from foundation.files.services.originals import clean_name
from foundation.files.web import download
from foundation.records.models import LedgerEntry

ROBOT = Actor.system("test")
SUBJECT = RecordRef("shopfloor.workcard", 7, "WC-000007")
TABLE = b"t,p2,Q1\n0.05,1.78,66.2\n0.1,2.04,70.9\n"


def keep(content=TABLE, name="blower.csv", origin_statement="asserted by operator", **more):
    return keep_original(
        actor=ROBOT, content=content, name=name, origin_statement=origin_statement, subject=SUBJECT, **more
    )


def workbook(*names):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return target.getvalue()


@pytest.mark.django_db
def test_an_original_is_kept_with_hash_type_origin_and_subject():
    attachment = keep(name="C:\\tests\\blower.csv")
    assert (attachment.name, attachment.file.media_type, attachment.file.size) == ("blower.csv", "text/csv", len(TABLE))
    assert (attachment.origin, attachment.attached_by_name) == ("asserted by operator", "system:test")
    assert attachment.subject == SUBJECT
    assert selectors.content_of(attachment) == TABLE
    entry = LedgerEntry.objects.get(verb="files.original.kept")
    assert entry.data["sha256"] == attachment.sha256
    assert (entry.subject_label, entry.subject_number) == ("shopfloor.workcard", "WC-000007")


@pytest.mark.django_db
def test_the_same_content_is_stored_once_and_found_by_its_hash():
    first, second = keep(), keep(name="other.csv", content=io.BytesIO(TABLE))
    assert first.file == second.file
    assert list(selectors.files_with_hash(first.sha256)) == [first, second]
    assert list(selectors.attachments_of(SUBJECT)) == [first, second]
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"content": b""}, "file-empty"),
        ({"content": b"x" * 11, "max_size": 10}, "file-too-large"),
        ({"content": io.BytesIO(b"x" * 11), "max_size": 10}, "file-too-large"),
        ({"content": b"<html><script>alert(1)</script>", "name": "test.csv"}, "file-type"),
        ({"content": b"MZ\x90\x00\x03", "name": "report.pdf"}, "file-type"),
        ({"content": b"%PDF-1.7", "allowed_types": (sniffing.CSV,)}, "file-type"),
    ],
)
def test_what_is_not_wanted_is_refused_and_not_kept(more, code):
    with pytest.raises(FileRefused) as refusal:
        keep(**more)
    assert refusal.value.code == code
    assert not Attachment.objects.exists()
    assert LedgerEntry.objects.get(verb="files.original.kept").outcome == "refused"


@pytest.mark.django_db
def test_an_original_without_an_origin_is_refused():
    with pytest.raises(NotValid):
        keep(origin_statement="  ")
    assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_bytes_that_were_changed_or_removed_on_the_disk_are_noticed():
    attachment = keep(content=b"t,v\n1,2\n3,4\n")
    path = storage.path_of(attachment.sha256)
    assert list(selectors.check_files()) == []
    os.chmod(path, 0o640)
    path.write_bytes(b"t,v\n1,2\n3,5\n")
    with pytest.raises(FileDamaged):
        selectors.content_of(attachment)
    assert [(found.kind, found.row) for found in selectors.check_files()] == [("file-changed", attachment.file_id)]
    path.unlink()
    assert [found.kind for found in selectors.check_files()] == ["file-missing"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n", sniffing.PDF),
        (b"\x89PNG\r\n\x1a\n....", sniffing.PNG),
        (b"\xff\xd8\xff\xe0", sniffing.JPEG),
        (TABLE, sniffing.CSV),
        ("\ufeff物料;数量\n螺钉;4\n".encode(), sniffing.CSV),
        ("物料,数量\n螺钉,4\n".encode("gb18030"), sniffing.CSV),
        ("a\tb\n1\t2\n".encode("utf-16"), sniffing.CSV),
        (b"just a note, nothing more", sniffing.TEXT),
        (b'{"a": 1}', sniffing.JSON),
        (b"<?xml version='1.0'?><svg onload='x()'/>", sniffing.SVG),
        (b"  <!DOCTYPE html>", sniffing.HTML),
        (workbook("[Content_Types].xml", "xl/workbook.xml"), sniffing.XLSX),
        (workbook("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), sniffing.ZIP),
        (workbook("anything"), sniffing.ZIP),
        (b"PK\x03\x04broken", sniffing.UNKNOWN),
        (b"\x00\x01\x02", sniffing.UNKNOWN),
    ],
)
def test_the_type_comes_from_the_content(content, kind):
    assert sniffing.media_type(content) == kind


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\a\\报告.pdf", "报告.pdf"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("\r\n", "file"),
        ("x" * 300 + ".csv", "x" * 196 + ".csv"),
    ],
)
def test_names_are_made_harmless(name, clean):
    assert clean_name(name) == clean


def test_a_crash_while_writing_leaves_nothing_behind(monkeypatch):
    content = b"only half of this"
    monkeypatch.setattr(os, "replace", lambda *_args: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        storage.put(content)
    monkeypatch.undo()
    folder = Path(storage.path_of(storage.put(content))).parent
    assert [path.name for path in folder.iterdir() if path.name.startswith(".incoming")] == []


def test_a_download_is_saved_and_never_run():
    response = download(b"<script>", name='报告"1".csv', media_type="text/csv")
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E6%8A%A5%E5%91%8A%221%22.csv"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"
