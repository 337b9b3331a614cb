"""Seals: signed, chained, over whole transactions only, whatever the order in which they commit."""

import contextlib
import hashlib
import os
import random
import threading
import time
from collections.abc import Iterator
from io import StringIO
from typing import Any

import psycopg2
import psycopg2.extensions
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import call_command
from django.db import connection, connections

from foundation.accounts.models import Site
from foundation.core.actor import Actor
from foundation.core.canonical import canonical_json
from foundation.core.errors import NotValid
from foundation.records import keys, leaves, sealing
from foundation.records.act import act
from foundation.records.models import LedgerEntry, Seal, SealBlock, SigningKey
from foundation.records.services import rotate_signing_key
from foundation.records.tasks import make_seal as make_seal_task
from foundation.records.verification import verify

WORKER = Actor.system("worker")
pytestmark = [pytest.mark.pg15, pytest.mark.usefixtures("committed_db", "sealing_key")]


def write_site(code: str) -> Site:
    with act(actor=WORKER, verb="accounts.site.created") as this:
        site = Site(code=code, name={"en": code})
        site.save()
        this.about(site)
    return site


@pytest.fixture
def slow_writer() -> Iterator[psycopg2.extensions.connection]:
    """Another process in the middle of an act: as the application's role, not committed yet."""
    other = psycopg2.connect(os.environ["DATABASE_URL"])
    with other.cursor() as cursor:
        cursor.execute(
            "INSERT INTO records_ledgerentry (tx, verb, outcome, actor_name, station, session, subject_label, "
            "subject_number, related, reason, captured_at, received_at, parts, data, tables, digest) VALUES "
            "(0, 'slow.act.done', 'done', 'slow', '', '', '', '', '[]', '', now(), now(), '[]', '{}', '{}', '')"
        )
    yield other
    other.close()


def test_a_seal_covers_every_row_of_every_table_and_is_signed(sealing_key: str) -> None:
    write_site("SH2")
    seal = sealing.make_seal()
    assert seal is not None
    assert {table: sealed["count"] for table, sealed in seal.tables.items()} == {
        "accounts_historicalsite": 1,
        "records_ledgerentry": 1,
    }
    assert (seal.number, seal.rows, seal.previous_hash, seal.key_fingerprint) == (1, 2, "0" * 64, sealing_key)
    content = canonical_json(sealing.content_of(Seal.objects.get()))
    assert hashlib.sha256(content).hexdigest() == seal.hash
    public = bytes(SigningKey.objects.get().public_key)
    Ed25519PublicKey.from_public_bytes(public).verify(bytes(seal.signature), content)
    assert SealBlock.objects.filter(seal=seal).count() == 2


def test_seals_follow_each_other_without_a_gap() -> None:
    for code in ("A", "B", "C"):
        write_site(code)
        sealing.make_seal()
    first, second, third = Seal.objects.order_by("number")
    assert [second.previous_hash, third.previous_hash] == [first.hash, second.hash]
    assert [second.horizon_from, third.horizon_from] == [first.horizon_to, second.horizon_to]
    assert verify().intact


def test_nothing_new_makes_no_seal() -> None:
    write_site("A")
    assert len(sealing.make_seals()) == 1
    assert sealing.make_seals() == []


def test_transactions_that_commit_out_of_order_are_neither_lost_nor_awaited(
    slow_writer: psycopg2.extensions.connection,
) -> None:
    write_site("FAST")
    assert sealing.make_seals() == []  # the older transaction is still open: nothing below the horizon yet
    slow_writer.commit()
    (seal,) = sealing.make_seals()
    assert seal.tables["records_ledgerentry"]["count"] == 2
    report = verify()
    assert (report.intact, report.sealed_rows) == (True, 3)


def test_what_was_over_before_the_open_transaction_is_sealed_at_once() -> None:
    write_site("BEFORE")
    other = psycopg2.connect(os.environ["DATABASE_URL"])
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
    write_site("AFTER")
    (seal,) = sealing.make_seals()
    assert seal.tables["records_ledgerentry"]["count"] == 1
    other.rollback()
    other.close()
    (second,) = sealing.make_seals()
    assert second.tables["records_ledgerentry"]["count"] == 1
    assert verify().sealed_rows == 4


def test_a_transaction_that_is_rolled_back_leaves_no_hole(slow_writer: psycopg2.extensions.connection) -> None:
    slow_writer.rollback()
    write_site("A")
    (seal,) = sealing.make_seals()
    assert seal.rows == 2
    assert verify().intact


def test_batches_end_between_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH_ROWS", 4)
    for number in range(5):
        write_site(f"S{number}")
    made = sealing.make_seals()
    assert sum(seal.rows for seal in made) == 10
    assert len(made) >= 3
    assert all(seal.rows >= 2 for seal in made)
    assert verify().intact


def test_a_transaction_larger_than_a_batch_is_in_one_seal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH_ROWS", 3)
    with act(actor=WORKER, verb="t.t.t"):
        for number in range(9):
            Site(code=f"S{number}", name={"en": "x"}).save()
    (seal,) = sealing.make_seals()
    assert seal.rows == 10
    assert verify().intact


def test_without_a_key_the_sealer_says_what_to_do(settings: object, tmp_path: object) -> None:
    settings.SIGNING_KEY_FILE = tmp_path / "none.pem"  # type: ignore[attr-defined, operator]
    with pytest.raises(NotValid, match="create_signing_key"):
        sealing.make_seal()


def test_a_key_is_never_overwritten_and_is_the_owners_alone(settings: object) -> None:
    path = settings.SIGNING_KEY_FILE  # type: ignore[attr-defined]
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(NotValid, match="already"):
        keys.create_key(path)


def test_after_a_new_key_old_seals_still_verify() -> None:
    write_site("A")
    sealing.make_seal()
    rotate_signing_key(actor=WORKER, reason="yearly")
    write_site("B")
    sealing.make_seal()
    assert SigningKey.objects.count() == 2
    assert verify().intact


def test_the_oldest_act_that_no_seal_covers_is_known() -> None:
    with connection.cursor() as cursor:
        assert sealing.oldest_unsealed(cursor) is None
        write_site("A")
        assert sealing.oldest_unsealed(cursor) == LedgerEntry.objects.get().received_at
        sealing.make_seal()
        assert sealing.oldest_unsealed(cursor) is None


def test_the_commands_and_the_task_seal_and_say_how_much(sealing_key: str) -> None:
    write_site("A")
    out = StringIO()
    call_command("make_seal", stdout=out)
    assert out.getvalue() == "1 seals, 2 rows\n"
    write_site("B")
    make_seal_task()
    assert Seal.objects.count() == 2
    out = StringIO()
    call_command("create_signing_key", stdout=out)
    assert out.getvalue().strip() == sealing_key


def test_ten_writers_that_commit_out_of_order_lose_no_row_from_the_seals() -> None:
    """Real acts in real transactions, each held open for its own while, sealed all the time."""
    writers, acts_each = 10, 12
    done = threading.Barrier(writers + 1)

    def write(number: int) -> None:
        chance = random.Random(number)
        for turn in range(acts_each):
            with act(actor=WORKER, verb="t.site.made") as this:
                site = Site(code=f"W{number}-{turn}", name={"en": "x"})
                site.save()
                this.about(site)
                time.sleep(chance.choice([0, 0, 0.005, 0.02, 0.06]))
        connections.close_all()
        done.wait(60)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    made: list[Seal] = []
    while any(thread.is_alive() for thread in threads) and done.n_waiting < writers:
        made += sealing.make_seals()
    done.wait(60)
    for thread in threads:
        thread.join()
    made += sealing.make_seals()
    expected = 2 * writers * acts_each  # a history row and a ledger entry for each act
    assert sum(seal.rows for seal in made) == expected
    assert len(made) > 1
    report = verify()
    assert (report.findings, report.sealed_rows) == ([], expected)


def test_a_writer_does_not_wait_for_a_seal_that_is_being_made(monkeypatch: pytest.MonkeyPatch) -> None:
    write_site("A")
    read = leaves.read_block
    written: list[int] = []

    def read_and_write(*arguments: Any) -> leaves.Block:
        if not written:
            with contextlib.closing(psycopg2.connect(os.environ["DATABASE_URL"])) as other, other.cursor() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")
                cursor.execute(
                    "INSERT INTO records_ledgerentry (tx, verb, outcome, actor_name, station, session, subject_label, "
                    "subject_number, related, reason, captured_at, received_at, parts, data, tables, digest) VALUES "
                    "(0, 'quick.act.done', 'done', 'x', '', '', '', '', '[]', '', now(), now(), '[]', '{}', '{}', '')"
                )
                other.commit()
            written.append(1)
        return read(*arguments)

    monkeypatch.setattr(leaves, "read_block", read_and_write)
    (first, second) = sealing.make_seals()
    assert (first.rows, second.rows) == (2, 1)


def test_a_backlog_is_sealed_with_rests_between(monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[float] = []
    monkeypatch.setattr(sealing, "BATCH_ROWS", 4)
    monkeypatch.setattr(sealing.time, "sleep", rests.append)
    for number in range(5):
        write_site(f"S{number}")
    made = sealing.make_seals(pace=0.5)
    assert len(rests) == len([seal for seal in made if seal.rows >= 4]) > 0
    assert all(0 < rest <= sealing.LONGEST_REST for rest in rests)
