"""A backup restored into another cluster: it verifies, it refuses to go on by itself, and it goes on in a new epoch."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from config.local.postgres import Cluster, open_cluster, prepare_database, prepare_roles
from config.local.testing import Stack
from foundation.accounts.models import Site
from foundation.core.actor import Actor
from foundation.records import checks, exporting, sealing
from foundation.records.act import act
from foundation.records.models import Epoch, LedgerEntry, Seal
from foundation.records.verification import verify
from foundation.records.verifier import verify as stranger
from tests.records.test_tampering import owner_instead

WORKER = Actor.system("worker")
pytestmark = [
    pytest.mark.pg15,
    pytest.mark.usefixtures("committed_db", "sealing_key"),
    pytest.mark.requirement("PLT-10"),
]


def write_site(code: str) -> None:
    with act(actor=WORKER, verb="t.site.made") as this:
        site = Site(code=code, name={"en": code})
        site.save()
        this.about(site)


@pytest.fixture
def other_cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster that has seen nothing: its transaction numbers start again."""
    cluster = open_cluster(tmp_path / "other", durable=False, version=os.environ.get("ARTERIA_PG", ""))
    process = cluster.start()
    try:
        prepare_roles(cluster, for_tests=True)
        yield cluster
    finally:
        process.terminate()
        process.wait(timeout=60)
        elsewhere = tmp_path / "other" / "kept-elsewhere"
        if elsewhere.exists():  # the data of a run as root, which no temporary folder takes away
            shutil.rmtree(elsewhere.read_text())


def copy_database(source: Stack, target: Cluster, name: str) -> None:
    """pg_dump and psql, as docs/operations/backup.md has it."""
    origin = psycopg2.extensions.parse_dsn(os.environ["DATABASE_URL"])["dbname"]
    prepare_database(target, name)
    tools = Path(source.cluster.binaries)
    dump = subprocess.run(
        [tools / "pg_dump", "--dbname", source.cluster.url("postgres", origin)], capture_output=True, check=True
    )
    command = [tools / "psql", "--quiet", "--no-psqlrc", "--single-transaction", "--set", "ON_ERROR_STOP=1"]
    url = target.url("postgres", name)
    subprocess.run([*command, "--dbname", url, "--output", os.devnull], input=dump.stdout, check=True)


def test_a_dump_in_another_cluster_verifies_and_goes_on_in_a_new_epoch(
    test_stack: Stack, other_cluster: Cluster, tmp_path: Path, settings: Any, sealing_key: str
) -> None:
    settings.SEAL_EXPORT_DIR = export = tmp_path / "seals"
    write_site("A")
    sealing.make_seals()
    exporting.export_new()
    write_site("B")  # no seal covers it yet when the backup is made
    copy_database(test_stack, other_cluster, "restored")
    sealing.make_seals()
    exporting.export_new()  # the plant went on after the backup, and sealed

    with owner_instead(other_cluster.url("arteria_app", "restored")):
        kinds = {(finding.kind, finding.row) for finding in verify().findings}
        assert kinds == {("seal-rolled-back", 2)}  # nothing else: the backup itself is whole
        with pytest.raises(DatabaseError, match="open an epoch"):
            write_site("C")
        with pytest.raises(sealing.NumbersRestarted):
            sealing.make_seals()
        assert "records.E008" in {message.id for message in checks.check_records()}

    with owner_instead(other_cluster.url("arteria_owner", "restored")):
        with pytest.raises(CommandError, match="1 findings"):
            call_command("open_epoch", "--reason", "disk died", stdout=StringIO())
        with busy(other_cluster), pytest.raises(CommandError, match="Others are connected"):
            call_command("open_epoch", "--reason", "disk died", "--abandon-newer-seals", stdout=StringIO())
        assert Epoch.objects.count() == 0
        out = StringIO()
        call_command("open_epoch", "--reason", "disk died", "--abandon-newer-seals", stdout=out)
        assert out.getvalue() == "Epoch 2 begins after seal 1\n"

    with owner_instead(other_cluster.url("arteria_app", "restored")):
        write_site("C")
        sealing.make_seals()
        exporting.export_new()
        report = verify()
        assert report.findings == []
        assert any("seals 2 to 2 were abandoned by a restore" in note for note in report.notes)
        assert {message.id for message in checks.check_records()} <= {"records.W012", "records.W013"}
        first, *_rest, last = Seal.objects.order_by("number")
        assert (first.epoch, last.epoch, last.number) == (1, 2, Seal.objects.count())
        assert Seal.objects.get(number=2).opening["abandoned_to"] == 2
        txs = list(LedgerEntry.objects.order_by("id").values_list("tx", flat=True))
        assert txs == sorted(txs)
        assert LedgerEntry.objects.get(verb="records.epoch.opened").reason == "disk died"

    alone = stranger.verify_path("", [sealing_key], str(export))
    assert (alone.verdict, alone.problems) == ("confirmed", [])
    assert any("abandoned by a restore" in note and "disk died" in note for note in alone.notes)


@contextlib.contextmanager
def busy(cluster: Cluster) -> Iterator[None]:
    with contextlib.closing(cluster.connect("restored", "arteria_app")):
        yield


def test_only_the_owner_opens_an_epoch_and_says_why() -> None:
    with pytest.raises(CommandError, match="Say why"):
        call_command("open_epoch", "--reason", " ")
    with pytest.raises(CommandError, match=r"must be owner|permission denied"):
        call_command("open_epoch", "--reason", "curiosity")
    assert Epoch.objects.count() == 0
