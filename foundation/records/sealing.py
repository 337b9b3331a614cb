"""Make the next seal: every row written by a transaction that is over, and not yet sealed, in all sealed tables at once."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from foundation.core import clock
from foundation.core.canonical import canonical_json
from foundation.core.errors import NotValid
from foundation.records import keys, leaves, protection
from foundation.records.models import Epoch, LeafFormat, Seal, SealBlock, SigningKey

BATCH_ROWS = 20_000
OVERDUE = timedelta(minutes=5)
PACE, LONGEST_REST = 0.04, 5.0  # of the time; seconds: a million rows in about three minutes
GENESIS = "0" * 64
ENDLESS = 2**62  # a horizon above every transaction
LOCK = 0x5EA1  # pg_advisory_xact_lock: one sealer at a time, writers never wait for it


class NumbersRestarted(NotValid):
    """The database stands in another cluster than the one that sealed last, and no epoch was opened."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "PostgreSQL's transaction numbers started again, as after a restore into another cluster: run open_epoch."
            ),
            code="numbers-restarted",
        )


@dataclass(frozen=True, slots=True)
class Horizon:
    """Where the last seal ended and where the oldest transaction still going on begins."""

    sealed_to: int
    open_from: int


def content_of(seal: Seal) -> dict[str, Any]:
    """What is hashed, chained and signed. Also written to the export, so that a seal is checked without the database."""
    content: dict[str, Any] = {
        "schema": "seal/1",
        "number": seal.number,
        "epoch": seal.epoch,
        "horizon_from": str(seal.horizon_from),
        "horizon_to": str(seal.horizon_to),
        "tables": seal.tables,
        "rows": seal.rows,
        "previous": seal.previous_hash,
        "made_at": seal.made_at,
        "key": seal.key_fingerprint,
    }
    if seal.opening:
        content["opening"] = seal.opening
    return content


def make_seals(*, max_seals: int = 500, pace: float = 0.0) -> list[Seal]:
    """Seal all that can be sealed, in batches of about 20,000 rows. An empty list when nothing new is committed.

    With a ``pace`` a backlog is sealed at that share of the time at most, with rests between the seals: nobody waits for
    it, and the floor needs the machine.
    """
    made: list[Seal] = []
    while len(made) < max_seals:
        begun = time.monotonic()
        seal = make_seal()
        if seal is None:
            break
        made.append(seal)
        if pace and seal.rows >= BATCH_ROWS:
            time.sleep(min(LONGEST_REST, (time.monotonic() - begun) * (1 / pace - 1)))
    return made


def make_seal() -> Seal | None:
    """One seal over the next batch; None when there is nothing to seal. Commits by itself."""
    key = keys.signing_key()
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        last = Seal.objects.order_by("-number").first()
        horizon = read_horizon(cursor, last)
        end = batch_end(cursor, horizon)
        if end is None:
            return None
        leaves.pin_settings(cursor)
        blocks = _read_blocks(cursor, horizon.sealed_to, end)
        seal = _signed(last, (horizon.sealed_to, end), blocks, key)
        seal.save()
        SealBlock.objects.bulk_create(
            SealBlock(seal=seal, table_name=table, keys=block.packed_keys(), leaves=b"".join(block.leaves))
            for table, (_form, block) in blocks.items()
        )
    return seal


Blocks = dict[str, tuple[LeafFormat, leaves.Block]]


def _signed(last: Seal | None, horizons: tuple[int, int], blocks: Blocks, key: Ed25519PrivateKey) -> Seal:
    public = keys.public_bytes(key)
    know_key(public)
    epoch = Epoch.objects.order_by("-number").first()
    number = epoch.number if epoch else 1
    seal = Seal(
        number=last.number + 1 if last else 1,
        epoch=number,
        horizon_from=horizons[0],
        horizon_to=horizons[1],
        tables={table: _sealed(form, block) for table, (form, block) in blocks.items()},
        rows=sum(len(block) for _form, block in blocks.values()),
        previous_hash=last.hash if last else GENESIS,
        key_fingerprint=keys.fingerprint(public),
        made_at=clock.now(),
        opening=opening_of(epoch) if epoch and (last is None or last.epoch != number) else {},
    )
    content = canonical_json(content_of(seal))
    seal.hash, seal.signature = hashlib.sha256(content).hexdigest(), key.sign(content)
    return seal


def opening_of(epoch: Epoch) -> dict[str, Any]:
    """What the first seal after a restore says, so that exported seals show an abandoned end openly."""
    return {
        "reason": epoch.reason,
        "opened_at": epoch.opened_at.astimezone(UTC).isoformat(),
        "last_seal": epoch.last_seal,
        "abandoned_to": epoch.abandoned_to,
        "abandoned_hash": epoch.abandoned_hash,
    }


def _sealed(form: LeafFormat, block: leaves.Block) -> dict[str, Any]:
    return {
        "format": form.pk,
        "columns": leaves.format_hash(form.key, form.columns),
        "count": len(block),
        "root": leaves.merkle_root(block.leaves).hex(),
    }


def read_horizon(cursor: CursorWrapper, last: Seal | None) -> Horizon:
    """``open_from`` is the snapshot's xmin: every transaction below it is over, so its rows can be read, all of them."""
    offset = protection.epoch_offset(cursor)
    cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + %s", [offset])
    horizon = Horizon(sealed_to=last.horizon_to if last else 0, open_from=int(cursor.fetchone()[0]))
    if horizon.open_from < horizon.sealed_to:
        raise NumbersRestarted
    return horizon


def oldest_unsealed(cursor: CursorWrapper) -> datetime | None:
    """When the oldest act that no seal covers was received: older than five minutes means a forgotten transaction."""
    cursor.execute(
        "SELECT min(received_at) FROM records_ledgerentry "
        "WHERE tx >= coalesce((SELECT max(horizon_to) FROM records_seal), 0)"
    )
    found: datetime | None = cursor.fetchone()[0]
    return found


def batch_end(cursor: CursorWrapper, horizon: Horizon) -> int | None:
    """The horizon after about BATCH_ROWS rows; never in the middle of a transaction. None when there is no row."""
    counted = " UNION ALL ".join(
        f"(SELECT tx FROM {leaves.quote(model._meta.db_table)} "  # noqa: S608 - own table names
        f"WHERE tx >= %(low)s AND tx < %(high)s ORDER BY tx LIMIT {BATCH_ROWS})"
        for model in protection.sealed_models()
    )
    cursor.execute(
        f"SELECT count(*), max(tx) FROM (SELECT tx FROM ({counted}) one ORDER BY tx LIMIT {BATCH_ROWS}) batch",  # noqa: S608
        {"low": horizon.sealed_to, "high": horizon.open_from},
    )
    count, newest = cursor.fetchone()
    if not count:
        return None
    return horizon.open_from if count < BATCH_ROWS else int(newest) + 1


def _read_blocks(cursor: CursorWrapper, low: int, high: int) -> Blocks:
    blocks: Blocks = {}
    formats = {f.pk: f for f in LeafFormat.objects.all()}
    for model in protection.sealed_models():
        table = model._meta.db_table
        form = formats[leaves.current_format_id(table)]
        block = leaves.read_block(cursor, table, form.columns, form.key, low, high)
        if len(block):
            blocks[table] = (form, block)
    return blocks


def know_key(public: bytes) -> None:
    """Keep the public half of a key that signs."""
    print_ = keys.fingerprint(public)
    if not SigningKey.objects.filter(fingerprint=print_).exists():
        SigningKey.objects.create(fingerprint=print_, public_key=public, created_at=clock.now())
