"""Exported seals: appended as they are made, never rewritten, verified alone; what was taken back is found with them."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command

from foundation.alerts.models import Alert
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.canonical import canonical_json
from foundation.records import exporting, keys, proofs, sealing
from foundation.records.act import act
from foundation.records.models import LedgerEntry, Seal, Verification
from foundation.records.services import sealing_round
from foundation.records.services.sealing_round import seal_export_and_stamp
from foundation.records.verification import verify
from foundation.records.verifier import package
from foundation.records.verifier import verify as stranger

WORKER = Actor.system("worker")
pytestmark = [pytest.mark.pg15, pytest.mark.usefixtures("committed_db", "sealing_key")]


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.SEAL_EXPORT_DIR = tmp_path / "seals"
    return tmp_path / "seals"


def seal_one(verb: str = "t.one.done") -> Seal:
    with act(actor=WORKER, verb=verb):
        pass
    made = sealing.make_seal()
    assert made is not None
    return made


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()]


def file_of(folder: Path) -> Path:
    return next(folder.glob("*.jsonl"))


def kinds(path: Path) -> set[tuple[str, int | None]]:
    return {(finding.kind, finding.row) for finding in verify(against=path).findings}


class TestAppending:
    def test_each_round_appends_its_seals_and_touches_no_line_that_is_there(self, folder: Path) -> None:
        for number in (1, 2):
            with act(actor=WORKER, verb="t.one.done"):
                pass
            before = file_of(folder).read_bytes() if number > 1 else b""
            seal_export_and_stamp()
            assert file_of(folder).read_bytes().startswith(before)
        found = [line["seal"]["content"]["number"] for line in lines(folder)]
        assert found == [1, 2]
        assert lines(folder)[1]["seal"]["hash"] == Seal.objects.get(number=2).hash
        assert exporting.export_new() == 0

    def test_a_folder_that_was_out_of_reach_is_caught_up(self, folder: Path) -> None:
        seal_one()
        folder.write_text("no folder")
        seal_export_and_stamp()
        assert Alert.objects.get().rule == "records.not_exported"
        folder.unlink()
        seal_export_and_stamp()
        assert [line["seal"]["content"]["number"] for line in lines(folder)] == list(
            Seal.objects.order_by("number").values_list("number", flat=True)
        )

    def test_a_line_cut_off_by_a_crash_is_left_and_the_seal_written_again(self, folder: Path) -> None:
        seal_one()
        exporting.export_new()
        whole = file_of(folder).read_bytes()
        seal_one()
        exporting.export_new()
        cut = file_of(folder).read_bytes()[: len(whole) + 40]
        file_of(folder).write_bytes(cut)
        exporting.export_new()
        assert file_of(folder).read_bytes().startswith(cut)
        report = stranger.verify_path("", [], str(folder))
        assert (report.problems, report.exported_seals) == ([], 2)
        assert report.notes == [f"{file_of(folder).name}: line 2 was cut off while it was written"]

    def test_a_clock_that_jumps_back_does_not_write_into_an_older_file(self, folder: Path, monkeypatch: Any) -> None:
        seal_one()
        exporting.export_new()
        name = file_of(folder).name
        monkeypatch.setattr(clock, "now", lambda: datetime(2001, 1, 1, tzinfo=UTC))
        seal_one()
        exporting.export_new()
        assert [path.name for path in folder.iterdir()] == [name]

    def test_a_database_that_is_older_than_its_export_alerts_and_appends_nothing(
        self, folder: Path, as_owner: Callable[..., None]
    ) -> None:
        seal_one()
        seal_one()
        exporting.export_new()
        before = file_of(folder).read_bytes()
        as_owner("DELETE FROM records_sealblock WHERE seal_id = (SELECT max(id) FROM records_seal)")
        as_owner("DELETE FROM records_seal WHERE number = 2")
        with act(actor=WORKER, verb="t.another.done"):
            pass
        seal_export_and_stamp()
        assert file_of(folder).read_bytes() == before
        alert = Alert.objects.get()
        assert (alert.rule, alert.severity, alert.role) == ("records.rolled_back", "critical", "system_owner")


class TestAgainst:
    def test_what_is_there_is_intact_and_what_was_taken_back_is_named(
        self, folder: Path, as_owner: Callable[..., None]
    ) -> None:
        for _ in range(3):
            seal_one()
        exporting.export_new()
        assert kinds(folder) == set()
        assert verify().intact  # the folder that is exported to is compared with by itself
        as_owner("DELETE FROM records_sealblock WHERE seal_id = (SELECT max(id) FROM records_seal)")
        as_owner("DELETE FROM records_seal WHERE number = 3")
        assert kinds(folder) == {("seal-rolled-back", 3)}

    def test_a_history_that_was_sealed_anew_is_another_one(self, folder: Path, as_owner: Callable[..., None]) -> None:
        """With the signing key too, an administrator can only make other seals, not the exported ones."""
        seal_one()
        seal_one()
        exporting.export_new()
        as_owner("TRUNCATE records_sealblock, records_sealstamp, records_seal")
        as_owner("UPDATE records_ledgerentry SET actor_name = 'somebody else'")
        sealing.make_seals()
        assert verify(against=Path("/nonexistent")).intact
        assert kinds(folder) == {("seal-differs-from-exported", 1), ("seal-rolled-back", 2)}

    def test_a_file_is_handed_over_once(self, tmp_path: Path, settings: Any) -> None:
        seal_one()
        out = StringIO()
        call_command("export_seals", str(tmp_path / "all.jsonl"), stdout=out)
        assert out.getvalue() == "1 lines\n"
        with pytest.raises(CommandError, match="never overwritten"):
            call_command("export_seals", str(tmp_path / "all.jsonl"))
        call_command("verify_records", "--against", str(tmp_path / "all.jsonl"), "--no-record", stdout=StringIO())
        settings.SEAL_EXPORT_DIR = tmp_path / "folder"
        call_command("export_seals", stdout=out)
        assert len(lines(tmp_path / "folder")) == 1


class TestAlone:
    """On another machine, without the database: one file of Python and the exported lines."""

    @pytest.fixture
    def export(self, tmp_path: Path) -> Path:
        for _ in range(4):
            seal_one()
        exporting.export_all(tmp_path / "seals.jsonl")
        return tmp_path / "seals.jsonl"

    def problems(self, export: Path) -> list[tuple[str, dict[str, Any]]]:
        return [(kind, values) for kind, _file, values in stranger.verify_path("", [], str(export)).problems]

    def rewrite(self, export: Path, change: Callable[[list[str]], list[str]]) -> None:
        export.write_text("\n".join(change(export.read_text().splitlines())) + "\n")

    def test_it_runs_isolated_and_says_what_it_found(self, export: Path, sealing_key: str) -> None:
        command = [sys.executable, "-I", "-S", stranger.__file__, "--seals", str(export)]
        done = subprocess.run([*command, "--key", sealing_key], capture_output=True, check=False, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        assert "Exported seals in one chain / 连成一链的导出封印: 4" in done.stdout
        assert "INTACT, signer confirmed" in done.stdout
        assert "Nothing was changed, added or taken away" in done.stdout
        assert subprocess.run(command, capture_output=True, check=False).returncode == 3
        wrong = subprocess.run([*command, "--key", "ab" * 32], capture_output=True, check=False, text=True)
        assert wrong.returncode == 4
        assert "which is not a key you named" in wrong.stdout

    def test_a_missing_line_is_a_gap(self, export: Path) -> None:
        self.rewrite(export, lambda lines: [lines[0], *lines[2:]])
        assert self.problems(export) == [("gap", {"start": 2, "end": 2})]

    def test_lines_in_another_order_do_not_follow_each_other(self, export: Path) -> None:
        self.rewrite(export, lambda lines: [lines[0], lines[2], lines[1], lines[3]])
        assert ("gap", {"start": 2, "end": 2}) in self.problems(export)
        assert ("other-seal", {"number": 2}) in self.problems(export)

    @pytest.mark.parametrize("field", ["rows", "made_at", "horizon_to", "tables"])
    def test_a_changed_seal_does_not_give_its_hash(self, export: Path, field: str) -> None:
        self.rewrite(export, lambda lines: [*lines[:2], changed(lines[2], field), lines[3]])
        assert ("seal", {"number": 3, "why": "its content does not give its hash"}) in self.problems(export)

    def test_a_changed_signature_is_wrong(self, export: Path) -> None:
        def forged(lines: list[str]) -> list[str]:
            seal = json.loads(lines[3])
            seal["seal"]["signature"] = "00" * 64
            return [*lines[:3], json.dumps(seal)]

        self.rewrite(export, forged)
        assert self.problems(export) == [("seal", {"number": 4, "why": "its signature is wrong"})]

    def test_every_changed_byte_is_noticed(self, export: Path) -> None:
        data = export.read_bytes()
        for place in range(0, len(data) - 1, 97):
            changed_data = bytearray(data)
            changed_data[place] ^= 1
            export.write_bytes(bytes(changed_data))
            report = stranger.verify_path("", [], str(export))
            assert report.problems or report.notes, place

    def test_no_seals_are_no_verdict(self, tmp_path: Path) -> None:
        (tmp_path / "empty.jsonl").write_text("")
        assert stranger.main(["--seals", str(tmp_path / "empty.jsonl")]) == 2
        with pytest.raises(SystemExit):
            stranger.main([])


def changed(line: str, field: str) -> str:
    seal = json.loads(line)
    value = seal["seal"]["content"][field]
    seal["seal"]["content"][field] = (
        value + 1 if isinstance(value, int) else {} if isinstance(value, dict) else value + "0"
    )
    return json.dumps(seal)


class TestOverdue:
    def test_a_horizon_older_than_five_minutes_alerts_once(self, folder: Path, monkeypatch: Any) -> None:
        with act(actor=WORKER, verb="t.one.done"):
            pass
        monkeypatch.setattr(
            sealing, "make_seals", lambda **_pace: []
        )  # as while a forgotten transaction holds the horizon
        seal_export_and_stamp()
        assert Alert.objects.count() == 0
        later = clock.now() + sealing.OVERDUE * 1.2
        monkeypatch.setattr(clock, "now", lambda: later)
        seal_export_and_stamp()
        seal_export_and_stamp()
        alert = Alert.objects.get()
        assert (alert.rule, alert.severity) == ("records.overdue", "warning")
        assert "forgotten transaction" in alert.title["en"]
        assert LedgerEntry.objects.filter(verb="records.sealing.troubled").count() == 1

    def test_without_a_key_people_are_told(self, folder: Path, settings: Any, tmp_path: Path) -> None:
        settings.SIGNING_KEY_FILE = tmp_path / "none.pem"
        seal_export_and_stamp()
        assert Alert.objects.get().rule == "records.not_sealed"


def test_a_round_leaves_an_earlier_one_alone(folder: Path) -> None:
    with act(actor=WORKER, verb="t.one.done"):
        pass
    with contextlib.closing(psycopg2.connect(os.environ["DATABASE_URL"])) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [sealing_round.LOCK])
        assert (seal_export_and_stamp(), Seal.objects.count()) == ([], 0)
        # Let go before the connection is closed: the server ends a closed one in its own time.
        cursor.execute("SELECT pg_advisory_unlock(%s)", [sealing_round.LOCK])
    assert [seal.number for seal in seal_export_and_stamp()] == [1]
    assert [seal.number for seal in seal_export_and_stamp()] == []


class TestSinceLast:
    def test_the_next_verification_goes_on_where_the_last_one_ended(self) -> None:
        seal_one()
        out = StringIO()
        call_command("verify_records", stdout=out)
        row = Verification.objects.get()
        assert (row.first_seal, row.last_seal, row.findings) == (1, 1, 0)
        seal_one()
        out = StringIO()
        call_command("verify_records", "--since-last", stdout=out)
        last = Verification.objects.latest("pk")
        assert (last.first_seal, last.last_seal) == (2, 2)
        assert "since seal 2" in out.getvalue()

    def test_a_finding_is_not_passed_over_next_time(self, as_owner: Callable[..., None]) -> None:
        seal_one()
        call_command("verify_records", stdout=StringIO())
        seal_one()
        entry = LedgerEntry.objects.filter(verb="t.one.done").latest("pk")
        as_owner(f"UPDATE records_ledgerentry SET reason = 'x' WHERE id = {entry.pk}")
        for _ in range(2):
            out = StringIO()
            with pytest.raises(CommandError, match="1 findings"):
                call_command("verify_records", "--since-last", stdout=out)
            assert f"records_ledgerentry row {entry.pk}: changed" in out.getvalue()

    def test_a_seal_that_was_verified_and_is_gone_is_named_even_without_an_export(
        self, as_owner: Callable[..., None]
    ) -> None:
        seal_one()
        seal_one()
        call_command("verify_records", stdout=StringIO())
        as_owner("DELETE FROM records_sealblock WHERE seal_id = (SELECT max(id) FROM records_seal)")
        as_owner("DELETE FROM records_seal WHERE number = 2")
        out = StringIO()
        with pytest.raises(CommandError):
            call_command("verify_records", "--since-last", "--json", stdout=out)
        assert ("seal-rolled-back", 2) in {(f["kind"], f["row"]) for f in json.loads(out.getvalue())["findings"]}


class TestPackageAgainstExport:
    """A package that was handed out, and the exported seals of today: was history written anew since?"""

    @pytest.fixture
    def archive(self, tmp_path: Path) -> Path:
        seal_one()
        path = tmp_path / "package.zip"
        proof = canonical_json(proofs.ledger_proof(LedgerEntry.objects.all()))
        package.write_package(
            path, {"proof/ledger.json": proof}, signing_key=keys.signing_key(), title="DHR-1", created_at=clock.now()
        )
        seal_one()
        return path

    def run(self, archive: Path, export: Path, key: str) -> tuple[int, str]:
        command = [sys.executable, "-I", "-S", stranger.__file__, str(archive), "--seals", str(export), "--key", key]
        done = subprocess.run(command, capture_output=True, check=False, text=True)
        return done.returncode, done.stdout

    def test_its_seals_are_among_the_exported_ones(self, archive: Path, tmp_path: Path, sealing_key: str) -> None:
        exporting.export_all(tmp_path / "seals.jsonl")
        code, said = self.run(archive, tmp_path / "seals.jsonl", sealing_key)
        assert code == 0
        assert "Ledger entries proven / 已证明的台账记录: 1 (seals / 封印: 1)" in said
        assert "newest / 最新: 2," in said

    def test_records_that_were_written_anew_contradict_it(
        self, archive: Path, tmp_path: Path, sealing_key: str, as_owner: Callable[..., None]
    ) -> None:
        as_owner("TRUNCATE records_sealblock, records_sealstamp, records_seal")
        as_owner("UPDATE records_ledgerentry SET actor_name = 'somebody else'")
        sealing.make_seals()
        exporting.export_all(tmp_path / "seals.jsonl")
        code, said = self.run(archive, tmp_path / "seals.jsonl", sealing_key)
        assert code == 1
        assert "seal 1 is not the one that was exported: the records were rewritten" in said
        assert "ask the company for the original" in said

    def test_an_export_that_ends_before_it_is_noted(self, archive: Path, tmp_path: Path, sealing_key: str) -> None:
        exporting.export_all(tmp_path / "seals.jsonl")
        lines_ = (tmp_path / "seals.jsonl").read_text().splitlines()
        (tmp_path / "later.jsonl").write_text(lines_[1] + "\n")
        code, said = self.run(archive, tmp_path / "later.jsonl", sealing_key)
        assert code == 1
        assert "seal 1 is not among the exported seals" in said
        assert "the export begins with seal 2" in said
