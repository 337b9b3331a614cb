"""The drill as a command: dump, a cluster that has seen nothing, restore, verification, and how long it took."""

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from foundation.records import exporting, sealing
from foundation.records.models import LedgerEntry
from tests.records.test_restore import write_site

pytestmark = [
    pytest.mark.usefixtures("committed_db", "sealing_key"),
    pytest.mark.requirement("21CFR11.10(c)", "PLT-10"),
]


@pytest.fixture(autouse=True)
def same_key(sealing_key: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verification is a process of its own: it is told where the plant's key is as a plant tells it."""
    monkeypatch.setenv("ARTERIA_SIGNING_KEY_FILE", str(settings.SIGNING_KEY_FILE))


def test_a_drill_restores_verifies_and_says_how_long_it_took(tmp_path: Path, settings: Any) -> None:
    settings.SEAL_EXPORT_DIR = tmp_path / "seals"
    write_site("A")
    sealing.make_seals()
    exporting.export_new()
    before = LedgerEntry.objects.count()
    out = StringIO()
    call_command("restore_drill", "--json", "--pg", os.environ.get("ARTERIA_PG", ""), stdout=out)
    told = json.loads(out.getvalue())
    assert (told["intact"], list(told["seconds"])) == (True, ["dump", "cluster", "restore", "verify"])
    steps = told["seconds"]
    assert told["recovery_seconds"] == pytest.approx(steps["cluster"] + steps["restore"] + steps["verify"], abs=0.05)
    assert told["dump_bytes"] > 100_000
    assert "Intact" in told["said"]
    assert LedgerEntry.objects.count() == before  # the plant was only read


def test_a_backup_that_is_older_than_the_exported_seals_or_no_backup_at_all_fails(
    tmp_path: Path, settings: Any
) -> None:
    settings.SEAL_EXPORT_DIR = tmp_path / "seals"
    write_site("A")
    sealing.make_seals()
    exporting.export_new()
    exported = next((tmp_path / "seals").glob("*.jsonl"))
    newest = json.loads(exported.read_text().splitlines()[-1])
    newest["seal"]["content"]["number"] += 1
    other = tmp_path / "newer.jsonl"
    other.write_text(exported.read_text() + json.dumps(newest) + "\n")
    with pytest.raises(CommandError, match="do not verify"):
        call_command("restore_drill", "--against", str(other), stdout=StringIO())
    broken = tmp_path / "broken.sql"
    broken.write_text("CREATE TABLE half (")
    with pytest.raises(CommandError, match="psql failed"):
        call_command("restore_drill", "--dump", str(broken), stdout=StringIO())
