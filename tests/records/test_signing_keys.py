"""Signing keys: made, replaced with the old one's word, declared lost; what was signed before still verifies."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from foundation.core.actor import Actor
from foundation.core.canonical import canonical_json
from foundation.core.errors import NotValid
from foundation.records import exporting, keys, proofs, sealing
from foundation.records.act import act
from foundation.records.models import KeyStatement, LedgerEntry, Seal
from foundation.records.services import declare_key_lost, rotate_signing_key
from foundation.records.verification import Report, Scope, recompute, verify
from foundation.records.verifier import package
from foundation.records.verifier import verify as stranger

WORKER = Actor.system("worker")
pytestmark = [pytest.mark.pg15, pytest.mark.usefixtures("committed_db", "sealing_key")]


def do(verb: str) -> None:
    with act(actor=WORKER, verb=verb):
        pass


def local() -> str:
    return keys.local_fingerprints()[0]


def found(*trusted: str) -> set[tuple[str, str]]:
    return {(f.kind, f.table) for f in verify(trusted=trusted).findings}


def lose_key(settings: Any) -> None:
    Path(settings.SIGNING_KEY_FILE).unlink()
    keys.create_key(Path(settings.SIGNING_KEY_FILE))


class TestRotation:
    def test_both_keys_sign_that_the_new_one_follows_and_the_ledger_keeps_it(self, sealing_key: str) -> None:
        do("t.one.done")
        statement = rotate_signing_key(actor=WORKER, reason="yearly")
        assert (statement.kind, statement.previous, statement.fingerprint) == ("rotated", sealing_key, local())
        assert local() != sealing_key
        entry = LedgerEntry.objects.latest("id")
        assert (entry.verb, entry.reason, entry.data["key"]) == ("records.key.rotated", "yearly", local())
        do("t.two.done")
        sealing.make_seals()
        assert list(Seal.objects.order_by("number").values_list("key_fingerprint", flat=True)) == [sealing_key, local()]
        assert verify().intact

    def test_whoever_trusts_one_key_trusts_the_other(self, sealing_key: str) -> None:
        do("t.one.done")
        rotate_signing_key(actor=WORKER, reason="yearly")
        sealing.make_seals()
        assert found(sealing_key) == found(local()) == set()
        assert found("ab" * 32) == {("key-not-linked-to-the-plants", "records_signingkey")}

    def test_the_file_of_the_new_key_is_the_owners_alone_and_the_old_key_is_gone(self, settings: Any) -> None:
        rotate_signing_key(actor=WORKER, reason="yearly")
        path = Path(settings.SIGNING_KEY_FILE)
        assert path.stat().st_mode & 0o777 == 0o600
        assert [file.name for file in path.parent.glob("key*")] == [path.name]

    def test_without_a_reason_nothing_changes(self, sealing_key: str, settings: Any) -> None:
        with pytest.raises(NotValid, match="why"):
            rotate_signing_key(actor=WORKER, reason=" ")
        assert (local(), KeyStatement.objects.count()) == (sealing_key, 0)
        rotate_signing_key(actor=WORKER, reason="now with a reason")
        assert KeyStatement.objects.count() == 1

    def test_an_interrupted_rotation_is_finished_by_the_next(self, settings: Any, monkeypatch: Any) -> None:
        with monkeypatch.context() as broken:
            broken.setattr("foundation.records.services.signing_keys.os.replace", _power_cut)
            with pytest.raises(OSError, match="power"):
                rotate_signing_key(actor=WORKER, reason="yearly")
        statement = KeyStatement.objects.get()
        assert local() == statement.previous
        assert rotate_signing_key(actor=WORKER, reason="again") == statement
        assert (local(), KeyStatement.objects.count()) == (statement.fingerprint, 1)

    def test_a_key_that_was_only_exchanged_is_not_the_plants(self, settings: Any) -> None:
        do("t.one.done")
        sealing.make_seals()
        lose_key(settings)
        do("t.two.done")
        sealing.make_seals()
        assert found() == {("key-not-linked-to-the-plants", "records_signingkey")}


def _power_cut(*_paths: object) -> None:
    raise OSError("power cut")


class TestLoss:
    def test_the_new_key_says_which_seal_was_the_last(self, sealing_key: str, settings: Any) -> None:
        do("t.one.done")
        sealing.make_seals()
        lose_key(settings)
        statement = declare_key_lost(actor=WORKER, reason="disk died")
        assert (statement.content["last_seal"]["number"], statement.previous) == (1, sealing_key)
        sealing.make_seals()
        assert found() == set()
        assert found(sealing_key) == {("key-not-linked-to-the-plants", "records_signingkey")}  # it could not vouch

    def test_a_seal_that_bears_the_lost_key_afterwards_is_named(self, settings: Any) -> None:
        do("t.one.done")
        sealing.make_seals()
        path = Path(settings.SIGNING_KEY_FILE)
        stolen = path.read_bytes()
        lose_key(settings)
        declare_key_lost(actor=WORKER, reason="stolen")
        path.unlink()
        path.write_bytes(stolen)
        sealing.make_seals()
        assert ("seal-signature-wrong", "records_seal") in found()

    def test_a_key_that_is_here_is_not_lost(self) -> None:
        with pytest.raises(NotValid, match="No seal"):
            declare_key_lost(actor=WORKER, reason="x")
        do("t.one.done")
        sealing.make_seals()
        with pytest.raises(NotValid, match="on this machine"):
            declare_key_lost(actor=WORKER, reason="x")


def test_the_commands_print_the_new_fingerprint(settings: Any) -> None:
    do("t.one.done")
    sealing.make_seals()
    out = StringIO()
    call_command("rotate_signing_key", "--reason", "yearly", stdout=out)
    assert out.getvalue().strip() == local()
    sealing.make_seals()
    Path(settings.SIGNING_KEY_FILE).unlink()
    out = StringIO()
    call_command("declare_key_lost", "--reason", "disk died", stdout=out)
    assert out.getvalue().strip() == local()
    with pytest.raises(CommandError, match="Say why"):
        call_command("rotate_signing_key", "--reason", " ")


def test_a_stranger_follows_the_keys_from_the_one_that_was_published(sealing_key: str, tmp_path: Path) -> None:
    """The fingerprint that was published years ago confirms a package and seals that its successor signed."""
    do("t.one.done")
    rotate_signing_key(actor=WORKER, reason="yearly")
    sealing.make_seals()
    exporting.export_new(tmp_path / "seals")
    path = tmp_path / "package.zip"
    proof = proofs.ledger_proof(LedgerEntry.objects.all())
    package.write_package(
        path,
        {"proof/ledger.json": canonical_json(proof)},
        signing_key=keys.signing_key(),
        title="DHR-1",
        created_at=Seal.objects.latest("number").made_at,
    )
    for trusted in (sealing_key, local()):
        report = stranger.verify_path(str(path), [trusted], str(tmp_path / "seals"))
        assert (report.verdict, report.problems, report.exported_seals) == ("confirmed", [], 2)
    assert stranger.verify_path(str(path), ["ab" * 32]).verdict == "other-signer"
    without = json.loads(canonical_json(proof)) | {"key_statements": []}
    package.write_package(
        path,
        {"proof/ledger.json": canonical_json(without)},
        signing_key=keys.signing_key(),
        title="DHR-1",
        created_at=Seal.objects.latest("number").made_at,
    )
    assert stranger.verify_path(str(path), [sealing_key]).verdict == "other-signer"


def test_a_statement_that_was_changed_does_not_hold(as_owner: Any) -> None:
    do("t.one.done")
    rotate_signing_key(actor=WORKER, reason="yearly")
    as_owner("UPDATE records_keystatement SET content = jsonb_set(content, '{reason}', '\"other\"')")
    report = Report()
    recompute(report, Scope())
    assert "key-statement-wrong" in {finding.kind for finding in report.findings}
