"""The row leaf: SHA-256 of the row's COPY text over named columns under pinned settings, and the Merkle tree over leaves.

The tree is that of RFC 6962: leaf = SHA-256(0x00 ‖ line), node = SHA-256(0x01 ‖ left ‖ right), split at the largest power of
two below n. The column list of a leaf is kept as a `LeafFormat`, so a column added later leaves old leaves as they are.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from sys import byteorder
from typing import IO, Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from foundation.core.canonical import canonical_json
from foundation.records.renames import expression, table_now

PINNED_SETTINGS = (
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, MDY'",
    "SET LOCAL IntervalStyle = 'postgres'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
)


def leaf_hash(line: bytes) -> bytes:
    """The leaf of one COPY line (without its line feed)."""
    return hashlib.sha256(b"\x00" + line).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Root by RFC 6962 §2.1; SHA-256 of nothing for no leaves. Pairing level by level gives the same split."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level, sha256 = list(leaves), hashlib.sha256
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        paired = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        level = paired + level[len(level) - 1 :] if len(level) % 2 else paired
    return level[0]


def merkle_path(leaves: Sequence[bytes], index: int) -> list[dict[str, str]]:
    """The inclusion proof of one leaf: [{"side": "left"|"right", "hash": hex}], from the leaf to the root."""
    path: list[dict[str, str]] = []
    level = list(leaves)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append({"side": "left" if sibling < index else "right", "hash": level[sibling].hex()})
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - 1 :] if len(level) % 2 else paired
        index //= 2
    return path


@lru_cache(maxsize=512)
def current_format_id(table: str) -> int:
    """The newest `LeafFormat` of a table. Formats change only with a migration, so a process may remember them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM records_leafformat WHERE table_name = %s ORDER BY id DESC LIMIT 1", [table])
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"{table} has no leaf format: run migrate")
    return int(row[0])


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def copy_query(table: str, columns: Sequence[str], key: str, where: str = "") -> str:
    """COPY of (tx, key) and the leaf's columns in the order of the seal. The caller has pinned the settings."""
    listed = ", ".join(expression(table, column) for column in columns)
    return (
        f"COPY (SELECT {quote('tx')}, {quote(key)}, {listed} FROM {quote(table_now(table))} {where} "  # noqa: S608 - own names
        f"ORDER BY {quote('tx')}, {quote(key)}) TO STDOUT"
    )


class LeafSink:
    """A file that COPY writes into: splits the stream into lines and hashes each as it passes; memory stays flat."""

    def __init__(self, consume: Any) -> None:
        self._consume = consume
        self._rest = b""

    @property
    def is_empty(self) -> bool:
        return not self._rest

    def write(self, data: bytes | str) -> int:
        chunk = data.encode() if isinstance(data, str) else data
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            tx, key, columns = line.split(b"\t", 2)
            self._consume(int(tx), int(key), columns)
        return len(data)


@dataclass(slots=True)
class Block:
    """Transactions, keys and leaves of one table's rows, in the order (tx, key)."""

    txs: list[int] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.txs)

    def part(self, start: int, end: int) -> Block:
        return Block(self.txs[start:end], self.keys[start:end], self.leaves[start:end])

    def packed_keys(self) -> bytes:
        """8 bytes each, big-endian, signed."""
        packed = array("q", self.keys)
        if byteorder == "little":
            packed.byteswap()
        return packed.tobytes()


class BlockSink:
    """A file that COPY writes into, for the streams of the sealer and the verifier: no call per row but this one.

    libpq hands over whole rows, one at a time; a chunk that is cut otherwise goes the slow way through `LeafSink`.
    """

    def __init__(self, block: Block) -> None:
        self._txs, self._keys, self._leaves = block.txs.append, block.keys.append, block.leaves.append
        self._cut = LeafSink(self._add)
        self._sha256 = hashlib.sha256

    def write(self, data: bytes | str) -> int:
        line = data.encode() if isinstance(data, str) else data
        if self._cut.is_empty and line.find(b"\n") == len(line) - 1:
            tx, key, columns = line[:-1].split(b"\t", 2)
            self._txs(int(tx))
            self._keys(int(key))
            self._leaves(self._sha256(b"\0" + columns).digest())
            return len(data)
        return self._cut.write(line)

    def _add(self, tx: int, key: int, line: bytes) -> None:
        self._txs(tx)
        self._keys(key)
        self._leaves(leaf_hash(line))


def read_block(cursor: CursorWrapper, table: str, columns: Sequence[str], key: str, low: int, high: int) -> Block:
    """One table's rows with ``low <= tx < high``. The caller has pinned the settings."""
    block = Block()
    sink: IO[bytes] = BlockSink(block)  # type: ignore[assignment]
    where = f"WHERE tx >= {int(low)} AND tx < {int(high)}"
    cursor.cursor.copy_expert(copy_query(table, columns, key, where), sink, 1 << 20)
    return block


def from_json(text: str) -> Any:
    """jsonb that was read as text, which costs less where a million of them is read and most are short."""
    return _parsed(text) if len(text) < 200 else json.loads(text)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    return json.loads(text)


def format_hash(key: str, columns: Sequence[str]) -> str:
    """What a seal says of the format of its leaves."""
    return hashlib.sha256(canonical_json([key, list(columns)])).hexdigest()


def stream_leaves(
    cursor: CursorWrapper, table: str, columns: Sequence[str], key: str, where: str, consume: Any
) -> None:
    """Call ``consume(tx, key, line)`` for each row, in order. ``where`` is made of integers only."""
    sink: IO[bytes] = LeafSink(consume)  # type: ignore[assignment]
    cursor.cursor.copy_expert(copy_query(table, columns, key, where), sink, 1 << 20)


def pin_settings(cursor: CursorWrapper) -> None:
    """Pin what COPY's text depends on, for this transaction."""
    cursor.execute("; ".join(PINNED_SETTINGS))


def iter_block(keys: bytes, leaves: bytes) -> Iterator[tuple[int, bytes]]:
    """(key, leaf) pairs of a `SealBlock`."""
    for position in range(len(keys) // 8):
        yield (
            int.from_bytes(keys[8 * position : 8 * position + 8], "big", signed=True),
            leaves[32 * position : 32 * position + 32],
        )
