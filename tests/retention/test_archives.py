"""Archives: of everything written in a period, and of one batch record. A stranger verifies them with verify.py alone."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from foundation.accounts.models import User
from foundation.alerts.models import Alert
from foundation.core import clock, jobs
from foundation.core.actor import Actor
from foundation.core.canonical import canonical_json
from foundation.core.errors import NotValid, PermissionDenied
from foundation.core.models import Job
from foundation.records import keys, sealing
from foundation.records.act import act
from foundation.records.models import LedgerEntry, Seal
from foundation.records.verifier import verify
from foundation.records.verifier.package import VERIFIER, write_package
from foundation.retention import services
from foundation.retention.models import Archive, ArchiveCheck
from foundation.retention.selectors.archives import archive_path
from foundation.retention.services import archiving
from foundation.retention.tasks import verify_next_archives
from tests.factories.people import actor_for, person

pytestmark = [
    pytest.mark.usefixtures("committed_db", "archive_folder", "in_english"),
    pytest.mark.requirement("21CFR11.10(c)"),
]
ROBOT = Actor.system("test")


@pytest.fixture
def day_over(monkeypatch: pytest.MonkeyPatch) -> date:
    """Today is over: everything of it may be archived. Returns it."""
    today = clock.today()
    monkeypatch.setattr(clock, "today", lambda: today + timedelta(days=1))
    return today


def archived(until: date) -> list[Archive]:
    job = services.request_period_archive(actor=ROBOT, until=until)
    assert jobs.run(job.pk), Job.objects.get(pk=job.pk).error
    return list(Archive.objects.filter(number__in=Job.objects.get(pk=job.pk).result["archives"]).order_by("pk"))


def note(text: str) -> None:
    with act(actor=ROBOT, verb="test.note.made", reason=text):
        pass


def stranger(path: Path, *more: str) -> tuple[int, dict[str, Any]]:
    """verify.py as it ships, on an interpreter without the product: exit code and report."""
    command = [sys.executable, "-I", str(VERIFIER), str(path), "--json", *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    return done.returncode, json.loads(done.stdout)


def our_key() -> str:
    return keys.local_fingerprints()[0]


def contents_of(path: Path) -> dict[str, bytes]:
    own = {verify.MANIFEST, verify.SIGNATURE, "README.txt", "verify.py"}
    with zipfile.ZipFile(path) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist() if name not in own}


def forged(path: Path, change: Callable[[dict[str, bytes]], None]) -> list[tuple[str, str]]:
    """What is found in an archive that was made anew, signed with the plant's own key, after a change of its contents."""
    contents = contents_of(path)
    change(contents)
    other = path.with_name("forged.zip")
    write_package(
        other, contents, signing_key=keys.signing_key(), title="x", created_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    report = verify.verify_path(str(other), [our_key()])
    return [(kind, file) for kind, file, _values in report.problems]


@pytest.mark.pg15
def test_a_period_is_archived_whole_and_a_stranger_recomputes_every_row(day_over: date) -> None:
    anna = person("anna", "operator")
    note("多行\nand a tab\tand a \\ backslash")
    sealing.make_seals()
    [archive] = archived(day_over)
    seals = list(Seal.objects.filter(number__lte=archive.last_seal))
    assert (archive.kind, archive.first_seal, archive.last_seal) == ("period", 1, len(seals))
    assert archive.rows == sum(seal.rows for seal in seals)
    assert ArchiveCheck.objects.get(archive=archive).verdict == "intact"

    path = archive_path(archive)
    code, report = stranger(path, "--key", our_key())
    assert (code, report["verdict"], report["problems"]) == (0, "confirmed", [])
    assert (report["sealed_rows"], report["seals"]) == (archive.rows, len(seals))
    assert stranger(path)[0] == 3
    assert stranger(path, "--key", "00" * 32)[0] == 4

    data, contents = path.read_bytes(), contents_of(path)
    assert b"test.note.made" in contents["rows/records_ledgerentry.copy"]
    assert "rows/accounts_historicaluser.leaves" in contents
    for secret in (User.objects.get(pk=anna.pk).password, User.objects.get(pk=anna.pk).pin):
        assert secret.encode() not in data


def test_rows_changed_taken_out_or_put_in_are_named_even_when_signed_again(day_over: date) -> None:
    person("anna", "operator")
    for number in range(3):
        note(f"note {number}")
    sealing.make_seals()
    [archive] = archived(day_over)
    path, ledger = archive_path(archive), "rows/records_ledgerentry.copy"

    def edit(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
        def change(contents: dict[str, bytes]) -> None:
            assert old in contents[name]
            contents[name] = contents[name].replace(old, new)

        return change

    def without_last(contents: dict[str, bytes]) -> None:
        contents[ledger] = b"\n".join(contents[ledger].split(b"\n")[:-2]) + b"\n"

    def with_more(contents: dict[str, bytes]) -> None:
        contents[ledger] += contents[ledger].split(b"\n")[0] + b"\n"

    def without_seal(contents: dict[str, bytes]) -> None:
        contents["proof/seals.jsonl"] = b"\n".join(contents["proof/seals.jsonl"].split(b"\n")[1:])

    def other_columns(contents: dict[str, bytes]) -> None:
        formats = json.loads(contents["proof/formats.json"])
        next(iter(formats.values()))["columns"][0] = "another"
        contents["proof/formats.json"] = canonical_json(formats)

    def with_a_table(contents: dict[str, bytes]) -> None:
        contents["rows/made_up.copy"] = b"1\t2\n"

    assert forged(path, lambda _contents: None) == []
    assert forged(path, edit(ledger, b"note 1", b"note 9")) == [("rows", ledger)]
    assert forged(path, without_last) == [("not-here", ledger)]
    assert forged(path, with_more) == [("more-rows", ledger)]
    assert ("other-range", "archive.json") in forged(path, without_seal)
    assert ("format", "proof/formats.json") in forged(path, other_columns)
    assert forged(path, with_a_table) == [("more-rows", "rows/made_up.copy")]


def test_a_database_that_was_tampered_with_gives_no_archive(day_over: date, as_owner: Callable[..., None]) -> None:
    note("as it was")
    sealing.make_seals()
    as_owner("UPDATE records_ledgerentry SET reason = 'as it suits' WHERE reason = 'as it was'")
    job = services.request_period_archive(actor=ROBOT, until=day_over)
    assert not jobs.run(job.pk)
    assert "these are not the rows that seal 1 covers" in Job.objects.get(pk=job.pk).error
    assert Archive.objects.count() == 0
    assert list(Path(archiving.settings.ARCHIVE_DIR).iterdir()) == []


def test_archives_follow_each_other_and_each_is_verified_again(
    day_over: date, monkeypatch: pytest.MonkeyPatch, archive_folder: Path
) -> None:
    monkeypatch.setattr(archiving, "ROWS", 1)
    for text in ("one", "two", "three"):
        note(text)
        sealing.make_seals()
    made = archived(day_over)
    assert [(one.first_seal, one.last_seal) for one in made[:3]] == [(1, 1), (2, 2), (3, 3)]
    out = StringIO()
    call_command("verify_archives", stdout=out)
    assert out.getvalue().splitlines()[-1] == f"{len(made)} archives intact"

    first, second, third = made[:3]
    data = bytearray(archive_path(first).read_bytes())
    data[len(data) // 2] ^= 1
    archive_path(first).write_bytes(data)
    archive_path(second).unlink()
    out = StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("verify_archives", first.number, second.number, third.number, stdout=out)
    assert (str(failed.value), failed.value.returncode) == ("2 of 3 archives are not intact", 1)
    newest = {row.archive_id: row.verdict for row in ArchiveCheck.objects.order_by("pk")}
    assert [newest[one.pk] for one in (first, second, third)] == ["damaged", "missing", "intact"]
    alerts = Alert.objects.filter(rule="retention.archive_troubled", state="open")
    assert sorted(alert.subject_id for alert in alerts) == [first.pk, second.pk]
    assert {alert.role for alert in alerts} == {"system_owner"}


def test_the_round_of_the_hour_takes_those_not_looked_at_for_a_day(
    day_over: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    note("one")
    sealing.make_seals()
    [archive] = archived(day_over)
    verify_next_archives()
    assert archive.checks.count() == 1
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    verify_next_archives()
    assert archive.checks.count() == 2


def test_the_command_archives_up_to_yesterday(day_over: date) -> None:
    note("one")
    sealing.make_seals()
    out = StringIO()
    call_command("archive_period", stdout=out)
    assert out.getvalue().split(", ")[0].strip() == "AR-000001"
    with pytest.raises(CommandError, match="Only days that are over"):
        call_command("archive_period", "--until", (day_over + timedelta(days=1)).isoformat())


def test_a_day_that_is_not_over_and_a_person_without_the_right_are_refused() -> None:
    with pytest.raises(NotValid):
        services.request_period_archive(actor=ROBOT, until=clock.today())
    with pytest.raises(PermissionDenied):
        services.request_period_archive(
            actor=actor_for(person("olga", "operator")), until=clock.today() - timedelta(days=1)
        )
    assert (Job.objects.count(), Archive.objects.count()) == (0, 0)
    assert LedgerEntry.objects.filter(verb="retention.period_archive.requested", outcome="refused").count() == 2
