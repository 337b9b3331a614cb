"""Archives that were made by an older version, committed as they were: each later version must open and verify them.

`python -m tests.retention` makes a pair of the present format under a new name; nothing ever overwrites an older pair.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from foundation.core import clock, jobs
from foundation.core.models import Job
from foundation.core.refs import RecordRef
from foundation.records import sealing
from foundation.records.services import rotate_signing_key
from foundation.records.verifier.package import VERIFIER
from foundation.retention import services
from foundation.retention.models import Archive
from foundation.retention.selectors.archives import archive_path
from tests.factories.people import SETUP
from tests.retention.test_archives import contents_of, our_key
from tests.retention.test_holds_and_endings import released_record

FOLDER = Path(__file__).with_name("archives")
KEPT = json.loads((FOLDER / "kept.json").read_text(encoding="utf-8")) if FOLDER.exists() else {}
RECORDS = [name for name, said in KEPT.items() if said["kind"] == "record"]
PERIODS = [name for name, said in KEPT.items() if said["kind"] == "period"]


def alone(verifier: Path, archive: Path, key: str) -> tuple[int, dict[str, Any]]:
    """On an interpreter without the product and without site packages."""
    command = [sys.executable, "-I", "-S", str(verifier), str(archive), "--key", key, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    return done.returncode, json.loads(done.stdout)


@pytest.mark.requirement("21CFR11.10(c)")
@pytest.mark.parametrize("name", KEPT)
def test_an_archive_of_an_older_version_still_verifies(name: str, tmp_path: Path) -> None:
    """By the verifier of today, and by the one that lies in it."""
    said = KEPT[name]
    with zipfile.ZipFile(FOLDER / name) as zipped:
        (tmp_path / "verify.py").write_bytes(zipped.read("verify.py"))
    for verifier in (VERIFIER, tmp_path / "verify.py"):
        code, report = alone(verifier, FOLDER / name, said["key"])
        assert (code, report["verdict"], report["problems"]) == (0, "confirmed", []), verifier
        assert {fact: report[fact] for fact in said["found"]} == said["found"]

    data = bytearray((FOLDER / name).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / name).write_bytes(data)
    code, report = alone(VERIFIER, tmp_path / name, said["key"])
    assert (code, report["verdict"]) == (1, "damaged")


@pytest.mark.requirement("21CFR11.10(c)")
@pytest.mark.parametrize("name", RECORDS)
def test_a_record_of_an_older_version_is_still_read(name: str) -> None:
    contents = contents_of(FOLDER / name)
    record, index = json.loads(contents["dhr.json"]), json.loads(contents["archive.json"])
    assert (record["number"], index["schema"]) == (index["record"]["number"], "arteria-archive/1")
    assert contents["dhr.pdf"].startswith(b"%PDF-")
    assert {signature["meaning"] for signature in record["signatures"]} >= {"reviewed", "released"}


@pytest.mark.requirement("21CFR11.10(c)")
@pytest.mark.parametrize("name", PERIODS)
def test_the_trail_of_an_older_version_is_still_read(name: str) -> None:
    """Rows are read by the columns that the archive itself names."""
    contents = contents_of(FOLDER / name)
    formats = json.loads(contents["proof/formats.json"])
    [columns] = [form["columns"] for form in formats.values() if {"verb", "outcome"} <= set(form["columns"])]
    lines = contents["rows/records_ledgerentry.copy"].decode().splitlines()
    verbs = {line.split("\t")[columns.index("verb")] for line in lines}
    assert {"dhr.record.reviewed", "dhr.record.released", "accounts.user.created"} <= verbs


@pytest.mark.skipif("ARTERIA_WRITE_ARCHIVES" not in os.environ, reason="python -m tests.retention makes them")
@pytest.mark.usefixtures("committed_db", "archive_folder")
def test_make_a_pair_of_the_present_format(monkeypatch: pytest.MonkeyPatch) -> None:
    record, key = released_record(), our_key()
    sealing.make_seals()
    rotate_signing_key(actor=SETUP, reason="Every five years")  # who trusts the key of before trusts what follows it
    today = clock.today()
    asked = [services.request_archive(actor=SETUP, record=RecordRef.to(record))]
    monkeypatch.setattr(clock, "today", lambda: today + timedelta(days=1))
    asked.append(services.request_period_archive(actor=SETUP, until=today))
    FOLDER.mkdir(exist_ok=True)
    kept = dict(KEPT)
    for job in asked:
        assert jobs.run(job.pk), Job.objects.get(pk=job.pk).error
    for archive in Archive.objects.order_by("pk"):
        name = f"{today.isoformat()}-{archive.kind}-{archive.pk}.zip"
        assert not (FOLDER / name).exists()
        shutil.copyfile(archive_path(archive), FOLDER / name)
        _code, report = alone(VERIFIER, FOLDER / name, key)
        assert report["seals"], "nothing was sealed: another test runs in this cluster"
        found = {fact: report[fact] for fact in ("title", "files", "seals", "sealed_rows", "sealed_entries")}
        kept[name] = {"kind": archive.kind, "key": key, "found": found}
    (FOLDER / "kept.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
