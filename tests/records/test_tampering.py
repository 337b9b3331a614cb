"""Tampering is named: an administrator with the owner's rights and the triggers off changes, deletes, inserts, reorders and
truncates in each kind of table, and the verifier says which table, which row and what was done.

One committed plant serves every case: the owner tampers inside a savepoint, the verifier reads in the same transaction,
and the savepoint takes it back.
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dj_database_url
import pytest
from django.db import connection, connections, transaction
from django.test import override_settings

from foundation.accounts.models import AuthenticationEvent, Site, User
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.files.models import StoredFile
from foundation.files.services import keep_original
from foundation.files.storage import path_of
from foundation.records import exporting, keys, sealing
from foundation.records.act import act
from foundation.records.models import Epoch, LedgerEntry, Seal, SealBlock, Signature, SigningKey
from foundation.records.services import rotate_signing_key
from foundation.records.verification import Report, Scope, recompute

WORKER = Actor.system("worker")
pytestmark = [pytest.mark.pg15, pytest.mark.requirement("SEC-02")]
Found = set[tuple[str, str, int | None]]


@dataclass(frozen=True)
class Table:
    """A kind of table, how its rows are told apart in findings, and what an inserted copy must have of its own."""

    name: str
    rows: Callable[[], list[int]]
    key: str = "id"
    own: dict[str, Any] | None = None
    named: Callable[[int], int] = int
    unsaid: tuple[str, ...] = ()  # columns that carry no meaning: nothing is read from them


def ids(model: Any, key: str = "pk", **wanted: Any) -> Callable[[], list[int]]:
    return lambda: list(model.objects.filter(**wanted).order_by(key).values_list(key, flat=True)[:2])


def used_formats() -> list[int]:
    tables = Seal.objects.earliest("number").tables
    return [tables["accounts_historicalsite"]["format"], tables["records_ledgerentry"]["format"]]


def seal_number(pk: int) -> int:
    return Seal.objects.get(pk=pk).number


TABLES = {
    "ledger": Table("records_ledgerentry", ids(LedgerEntry)),
    "history": Table("accounts_historicalsite", ids(Site.history.model, "history_id"), key="history_id"),
    "append-only": Table("accounts_authenticationevent", ids(AuthenticationEvent)),
    "signature": Table("records_signature", ids(Signature)),
    "seal": Table("records_seal", ids(Seal), own={"number": 99, "hash": "f" * 64}, named=seal_number, unsaid=("tx",)),
    "block": Table(
        "records_sealblock", ids(SealBlock, table_name="records_ledgerentry"), own={"table_name": "bom_bomline"}
    ),
    "format": Table("records_leafformat", used_formats, unsaid=("tx", "created_at")),
    "key": Table("records_signingkey", ids(SigningKey), own={"fingerprint": "f" * 64}, unsaid=("tx", "created_at")),
    "statement": Table("records_keystatement", lambda: [statement_id()], own={"fingerprint": "f" * 64}),
    "file": Table("files_storedfile", ids(StoredFile), own={"sha256": "f" * 64}),
    "live": Table("accounts_site", ids(Site), own={"code": "X"}),
}
SEALED = ("ledger", "history", "append-only", "signature", "statement", "file")


def statement_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM records_keystatement")
        return int(cursor.fetchone()[0])


@pytest.fixture(scope="module")
def plant(committed_module: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small plant, sealed by two keys and exported; the connection is the owner's from here on. Gives the export."""
    folder = tmp_path_factory.mktemp("tampering")
    settings = override_settings(
        SIGNING_KEY_FILE=folder / "key.pem", MEDIA_ROOT=folder / "files", SEAL_EXPORT_DIR=folder / "seals"
    )
    with settings:
        keys.create_key(folder / "key.pem")
        write_plant()
        exporting.export_new()
        with owner_instead():
            yield folder / "seals"


def write_plant() -> None:
    for code in ("A", "B"):
        write_site(code)
        sealing.make_seals()
    with act(actor=WORKER, verb="t.person.made"):
        signer = User(username="wang", name="Wang Fang")
        signer.save()
    with act(actor=WORKER, verb="t.signature.given"):
        Signature.objects.bulk_create([signature(signer, 1, "1" * 64), signature(signer, 2, "2" * 64)])
    keep_original(actor=WORKER, content=b"one", name="one.txt", origin_statement="test")
    keep_original(actor=WORKER, content=b"two", name="two.txt", origin_statement="test")
    rotate_signing_key(actor=WORKER, reason="yearly")
    sealing.make_seals()
    write_site("C")
    with pytest.raises(NotValid), act(actor=WORKER, verb="t.signature.given"):
        Signature.objects.bulk_create([signature(signer, 9, "9" * 64)])
        raise NotValid("refused after it was signed: it leaves a statement in the ledger, and no signature")
    with act(actor=WORKER, verb="t.signature.given"):
        Signature.objects.bulk_create([signature(signer, 3, "3" * 64)])


def write_site(code: str) -> None:
    with act(actor=WORKER, verb="t.site.made", reason="plan") as this:
        site = Site(code=code, name={"en": code})
        site.save()
        this.about(site)
        AuthenticationEvent.objects.create(identity=code, kind="login", succeeded=True, at=clock.now())


def signature(signer: User, record: int, content: str) -> Signature:
    return Signature(
        signer=signer, printed_name=signer.name, meaning="approved", signed_at=clock.now(), time_zone="UTC",
        record_label="bom.bomrevision", record_id=record, record_number=f"P-{record}/A", record_version="A",
        content_hash=content, language="en", components="both",
    )  # fmt: skip


@contextlib.contextmanager
def owner_instead(url: str = "") -> Iterator[None]:
    """Django's connection becomes the owner's, as an administrator with bad intent has it."""
    ours, settings = connections["default"], connections["default"].settings_dict
    before = dict(settings)
    ours.close()
    settings.update(dj_database_url.parse(url or os.environ["DATABASE_OWNER_URL"]))
    try:
        yield
    finally:
        ours.close()
        settings.clear()
        settings.update(before)


@pytest.fixture
def owner(plant: Path) -> Iterator[None]:
    """The triggers are off, and whatever is done is taken back."""
    with transaction.atomic():
        run("SET LOCAL session_replication_role = replica")
        yield
        transaction.set_rollback(True)


def run(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def found(against: Path | None = None) -> Found:
    report = Report()
    recompute(report, Scope(against=against))
    return {(finding.kind, finding.table, finding.row) for finding in report.findings}


def rows_named(kinds: Found, table: str) -> dict[int | None, set[str]]:
    named: dict[int | None, set[str]] = {}
    for kind, where, row in kinds:
        if where == table:
            named.setdefault(row, set()).add(kind)
    return named


def columns_of(table: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' "
            "AND table_name = %s ORDER BY ordinal_position",
            [table],
        )
        return list(cursor.fetchall())


def other_value(column: str, kind: str) -> str:
    """SQL for another value of the same type."""
    name = f'"{column}"'
    if kind in ("bigint", "integer", "smallint", "numeric"):
        return f"coalesce({name}, 0) + 1000"
    if kind == "boolean":
        return f"NOT coalesce({name}, false)"
    if kind.startswith("timestamp"):
        return f"coalesce({name}, now()) + interval '1 second'"
    if kind == "jsonb":
        return f"CASE jsonb_typeof({name}) WHEN 'object' THEN {name} || '{{\"x\": {{}}}}' ELSE {name} || '[\"x\"]' END"
    if kind == "bytea":
        return f"{name} || '\\x00'"
    return f"CASE WHEN left({name}, 1) = 'z' THEN 'y' ELSE 'z' END || coalesce(substr({name}, 2), '')"


def test_nothing_is_found_in_an_untouched_plant(owner: None, plant: Path) -> None:
    assert found(plant) == set()


@pytest.mark.parametrize("kind", TABLES)
def test_a_change_of_any_column_is_named(owner: None, kind: str) -> None:
    table = TABLES[kind]
    key = table.rows()[0]
    named = table.named(key)
    columns = [column for column in columns_of(table.name) if column[0] not in (table.key, *table.unsaid)]
    if kind in SEALED:  # a leaf is of all columns (test_append_only), so one stands for the others
        columns = [columns[-1]]
    for column, data_type in columns:
        with transaction.atomic():
            for (constraint,) in checks_of(table.name):
                run(f'ALTER TABLE "{table.name}" DROP CONSTRAINT "{constraint}"')
            run(
                f'UPDATE "{table.name}" SET "{column}" = {other_value(column, data_type)} WHERE "{table.key}" = %s', key
            )
            kinds = rows_named(found(), table.name)
            assert named in kinds, (column, kinds)
            assert kinds[named] & {
                "changed", "seal-broken", "seal-block-broken", "live-row-differs-from-history", "deleted", "reordered",
                "seal-missing", "inserted", "live-row-without-history", "key-statement-wrong", "seal-signature-wrong",
            }, (column, kinds)  # fmt: skip
            transaction.set_rollback(True)


def checks_of(table: str) -> list[tuple[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", [table])
        return list(cursor.fetchall())


@pytest.mark.parametrize("kind", TABLES)
def test_a_deleted_row_is_named(owner: None, kind: str) -> None:
    table = TABLES[kind]
    key = table.rows()[0]
    named = table.named(key)
    run(f'DELETE FROM "{table.name}" WHERE "{table.key}" = %s', key)
    kinds = rows_named(found(), table.name)
    expected = {"seal": "seal-missing", "live": "live-row-missing"}.get(kind, "deleted")
    row = (
        None if kind in ("key", "block") else named
    )  # the row is gone, and no seal keeps its number: told by its content
    assert expected in kinds[row]


@pytest.mark.parametrize("kind", TABLES)
def test_an_inserted_row_is_named(owner: None, kind: str) -> None:
    table = TABLES[kind]
    own = {table.key: 9001, **(table.own or {})}
    run(
        f'INSERT INTO "{table.name}" SELECT (jsonb_populate_record(r, %s::jsonb)).* FROM "{table.name}" r '
        f'WHERE "{table.key}" = %s',
        json.dumps(own),
        table.rows()[0],
    )
    kinds = rows_named(found(), table.name)
    assert kinds[99 if kind == "seal" else 9001] & {
        "inserted", "live-row-without-history", "seal-broken", "changed", "reordered",
    }  # fmt: skip


@pytest.mark.parametrize("kind", [name for name in TABLES if name != "statement"])
def test_two_rows_that_change_places_are_named(owner: None, kind: str) -> None:
    table = TABLES[kind]
    first, second = table.rows()
    swap(table, first, second, keep=[table.key, "tx"])
    kinds = rows_named(found(), table.name)
    assert {table.named(first), table.named(second)} & set(kinds)
    if kind in SEALED:
        assert "changed" in kinds[first] & kinds[second]


@pytest.mark.parametrize("kind", ["ledger", "history", "append-only", "seal", "block", "key", "file"])
def test_two_rows_that_change_their_transactions_are_named(owner: None, kind: str) -> None:
    table = TABLES[kind]
    first, second = table.rows()
    named = {table.named(first), table.named(second)}
    swap(table, first, second, keep=[name for name, _type in columns_of(table.name) if name != "tx"])
    assert named & set(rows_named(found(), table.name))


def swap(table: Table, first: int, second: int, keep: list[str]) -> None:
    """Two rows change everything but the columns they keep."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT to_jsonb(r)::text FROM "{table.name}" r WHERE "{table.key}" IN (%s, %s) ORDER BY "{table.key}"',
            [first, second],
        )
        rows = [json.loads(row) for (row,) in cursor.fetchall()]
    changed = [
        {**rows[1 - place], **{column: rows[place][column] for column in keep if column in rows[place]}}
        for place in (0, 1)
    ]
    run(f'DELETE FROM "{table.name}" WHERE "{table.key}" IN (%s, %s)', first, second)
    for row in changed:
        run(
            f'INSERT INTO "{table.name}" SELECT * FROM jsonb_populate_record(NULL::"{table.name}", %s::jsonb)',
            json.dumps(row),
        )


@pytest.mark.parametrize("kind", TABLES)
def test_a_truncated_table_is_named(owner: None, plant: Path, kind: str) -> None:
    table = TABLES[kind]
    keys_before = [table.named(key) for key in table.rows()]
    run(f'TRUNCATE "{table.name}" CASCADE')
    kinds = rows_named(found(plant), table.name)
    if kind in ("key", "block"):
        assert "deleted" in kinds[None]
    else:
        assert set(keys_before) <= set(kinds)


class TestFiles:
    def test_a_changed_original_is_named(self, owner: None) -> None:
        kept = StoredFile.objects.earliest("pk")
        with instead_of(path_of(kept.sha256), b"another"):
            assert found() == {("file-changed", "files_storedfile", kept.pk)}

    def test_a_missing_original_is_named(self, owner: None) -> None:
        kept = StoredFile.objects.earliest("pk")
        with instead_of(path_of(kept.sha256), None):
            assert found() == {("file-missing", "files_storedfile", kept.pk)}


@contextlib.contextmanager
def instead_of(path: Path, content: bytes | None) -> Iterator[None]:
    original = path.read_bytes()
    path.chmod(0o600)
    path.unlink()
    try:
        if content is not None:
            path.write_bytes(content)
        yield
    finally:
        path.unlink(missing_ok=True)
        path.write_bytes(original)


class TestSignatures:
    """A signature that is moved has its own name, since its row alone does not say what it was given to (11.70)."""

    def test_a_signature_moved_to_another_record(self, owner: None) -> None:
        pk = Signature.objects.earliest("pk").pk
        run("UPDATE records_signature SET record_id = 7, record_number = 'P-7/A' WHERE id = %s", pk)
        assert ("signature-moved-to-another-record", "records_signature", pk) in found()

    def test_before_it_is_sealed(self, owner: None) -> None:
        pk = Signature.objects.latest("pk").pk
        run("UPDATE records_signature SET record_id = 7 WHERE id = %s", pk)
        kinds = rows_named(found(), "records_signature")
        assert kinds == {pk: {"signature-moved-to-another-record"}}

    def test_two_signatures_of_one_act_that_change_records(self, owner: None) -> None:
        first, second = Signature.objects.order_by("pk").values_list("pk", flat=True)[:2]
        run("UPDATE records_signature SET record_id = 3 - record_id WHERE id IN (%s, %s)", first, second)
        kinds = rows_named(found(), "records_signature")
        assert "signature-moved-to-another-record" in kinds[first] & kinds[second]

    def test_a_signature_copied_to_another_record(self, owner: None) -> None:
        pk = Signature.objects.latest("pk").pk
        run(
            'INSERT INTO records_signature SELECT (jsonb_populate_record(s, \'{"id": 9001, "record_id": 8}\')).* '
            "FROM records_signature s WHERE id = %s",
            pk,
        )
        assert ("signature-differs-from-its-act", "records_signature", 9001) in found()

    def test_a_signature_over_other_content(self, owner: None) -> None:
        pk = Signature.objects.latest("pk").pk
        run("UPDATE records_signature SET content_hash = %s WHERE id = %s", "4" * 64, pk)
        assert ("signature-differs-from-its-act", "records_signature", pk) in found()

    def test_a_signature_taken_away(self, owner: None) -> None:
        run("DELETE FROM records_signature WHERE id = %s", Signature.objects.latest("pk").pk)
        assert ("deleted", "records_signature", None) in found()


class TestRollback:
    """What was sealed and exported cannot be taken back unnoticed, even when all that is left holds together."""

    def test_the_newest_seals_taken_back(self, owner: None, plant: Path) -> None:
        newest = Seal.objects.latest("number")
        run("DELETE FROM records_sealblock WHERE seal_id = %s", newest.pk)
        run("DELETE FROM records_seal WHERE id = %s", newest.pk)
        run("DELETE FROM records_keystatement")
        assert ("seal-rolled-back", "records_seal", newest.number) in found(plant)

    def test_an_older_backup(self, owner: None, plant: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        second = Seal.objects.get(number=2)
        numbers = list(Seal.objects.filter(number__gt=2).values_list("number", flat=True))
        self.go_back(second)
        monkeypatch.setattr(keys, "local_fingerprints", tuple)  # the key is of after the backup, and would be news
        assert found() == set()
        assert found(plant) == {("seal-rolled-back", "records_seal", number) for number in numbers}

    def test_an_older_backup_that_went_on_with_the_same_key(self, owner: None, plant: Path) -> None:
        second = Seal.objects.get(number=2)
        run("UPDATE records_seal SET hash = %s, previous_hash = %s WHERE number = 3", "a" * 64, second.hash)
        assert ("seal-differs-from-exported", "records_seal", 3) in found(plant)

    def go_back(self, seal: Seal) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.columns WHERE column_name = 'tx' AND table_schema = 'public' "
                "AND table_name NOT IN ('records_leafformat', 'records_signingkey')"
            )
            for (table,) in cursor.fetchall():
                run(f'DELETE FROM "{table}" WHERE tx >= %s AND tx > %s', seal.horizon_to, seal.tx)
        run("DELETE FROM records_signingkey WHERE fingerprint NOT IN (SELECT key_fingerprint FROM records_seal)")
        run("DELETE FROM accounts_user WHERE id NOT IN (SELECT id FROM accounts_historicaluser)")
        run("DELETE FROM accounts_site WHERE id NOT IN (SELECT id FROM accounts_historicalsite)")


class TestEpochs:
    def test_an_offset_that_nobody_opened_is_named(self, owner: None) -> None:
        run(
            'INSERT INTO records_epoch (tx, number, "offset", last_seal, abandoned_hash, reason, opened_at) '
            "SELECT tx, 2, 1000, 1, '', 'x', now() FROM records_ledgerentry ORDER BY id LIMIT 1"
        )
        epoch = Epoch.objects.get()
        kinds = found()
        assert ("inserted", "records_epoch", epoch.pk) in kinds
        assert ("protection-missing", "arteria_stamp_tx", None) in kinds
