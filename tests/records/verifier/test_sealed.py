"""From real acts to a package: what the sealer committed to is what a stranger verifies."""

from datetime import UTC, datetime

import pytest
from django.conf import settings

from foundation.core.actor import Actor
from foundation.core.canonical import canonical_json
from foundation.records import keys, proofs, sealing
from foundation.records.act import act
from foundation.records.models import LedgerEntry
from foundation.records.verifier import package, verify

ROBOT = Actor.system("test")
REASON = "多行\nand a tab\tand a \\ backslash"


@pytest.fixture
def signing_key(tmp_path):
    settings.SIGNING_KEY_FILE = tmp_path / "signing-key.pem"
    keys.create_key(settings.SIGNING_KEY_FILE)
    return keys.signing_key()


def told(entry):
    return {
        "ledger_entry": entry.pk,
        "verb": entry.verb,
        "outcome": entry.outcome,
        "actor": entry.actor_name,
        "reason": entry.reason,
    }


@pytest.mark.pg15
@pytest.mark.requirement("BEY-01")
@pytest.mark.requirement("TRC-08")
def test_acts_are_proven_to_a_stranger_and_a_retold_act_is_named(committed_db, signing_key, tmp_path):
    for number in range(5):
        with act(actor=ROBOT, verb=f"test.note.{number}", reason=REASON):
            pass
    sealing.make_seals()
    with act(actor=ROBOT, verb="test.note.late"):
        pass
    entries = list(LedgerEntry.objects.order_by("pk"))
    proof = proofs.ledger_proof(entries)
    record = {"schema": "dhr/1", "audit_trail": [told(entry) for entry in entries], "signatures": []}
    fingerprint = keys.fingerprint(keys.public_bytes(signing_key))

    def verdict(contents):
        path = tmp_path / "package.zip"
        package.write_package(
            path, contents, signing_key=signing_key, title="DHR-000001", created_at=datetime(2026, 3, 1, tzinfo=UTC)
        )
        return verify.verify_path(str(path), [fingerprint])

    files = {"dhr.json": canonical_json(record), "proof/ledger.json": canonical_json(proof)}
    report = verdict(files)
    assert (report.verdict, report.problems) == ("confirmed", [])
    assert (report.sealed_entries, report.unproven, report.seals) == (5, 1, len(proof["seals"]))
    assert report.notes == [f"younger than the newest seal: acts [{entries[-1].pk}]"]

    record["audit_trail"][2]["actor"] = "system:somebody-else"
    retold = verdict({**files, "dhr.json": canonical_json(record)})
    assert [(kind, values["row"]) for kind, _file, values in retold.problems] == [
        ("trail", f"records_ledgerentry {entries[2].pk}")
    ]

    proof["entries"][0]["line"] = proof["entries"][0]["line"].replace("test", "TEST")
    forged = verdict({"proof/ledger.json": canonical_json(proof)})
    assert [kind for kind, _file, _values in forged.problems] == ["proof"]
