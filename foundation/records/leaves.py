"""The row leaf: SHA-256 of the row's COPY text over named columns under pinned settings, and the Merkle tree over leaves.

The tree is that of RFC 6962: leaf = SHA-256(0x00 ‖ line), node = SHA-256(0x01 ‖ left ‖ right), split at the largest power of
two below n. The column list of a leaf is kept as a `LeafFormat`, so a column added later leaves old leaves as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import IO, Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

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
    level = list(leaves)
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
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
    listed = ", ".join(quote(column) for column in columns)
    return (
        f"COPY (SELECT {quote('tx')}, {quote(key)}, {listed} FROM {quote(table)} {where} "  # noqa: S608 - own names
        f"ORDER BY {quote('tx')}, {quote(key)}) TO STDOUT"
    )


class LeafSink:
    """A file that COPY writes into: splits the stream into lines and hashes each as it passes; memory stays flat."""

    def __init__(self, consume: Any) -> None:
        self._consume = consume
        self._rest = b""

    def write(self, data: bytes | str) -> int:
        chunk = data.encode() if isinstance(data, str) else data
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            tx, key, columns = line.split(b"\t", 2)
            self._consume(int(tx), int(key), columns)
        return len(data)


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
