"""Acts against rows: what an act wrote is what its ledger entry says it wrote, sealed or not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db import connection

from foundation.records import leaves, sealing
from foundation.records.models import LedgerEntry, Seal
from foundation.records.renames import table_now
from foundation.records.verification import findings as kinds
from foundation.records.verification.findings import Finding
from foundation.records.verification.reading import Formats, read_block, stream

LEDGER = LedgerEntry._meta.db_table
Parts = dict[int, dict[str, tuple[str, bytes]]]
"""Transaction → table → (hash of the leaf format, SHA-256 over the leaves that it wrote there)."""


class Range:
    """The rows between two horizons, table by table, and what the ledger says of them."""

    def __init__(self, formats: Formats, low: int, high: int) -> None:
        self.formats, self.low, self.high = formats, low, high
        self.rows = 0
        self._parts: Parts = {}
        self._places: dict[int, list[tuple[str, int]]] = {}

    def read(self, table: str, form: Any) -> leaves.Block | None:
        """Read one table and keep, act by act, what the check of the ledger needs of it. None when it cannot be read."""
        block = read_block(form, table, self.low, self.high)
        if block is None and form.pk is not None:  # somebody wrote other columns into the format
            form = self.formats.models[table]
            block = read_block(form, table, self.low, self.high)
        if block is None:
            return None
        self.rows += len(block)
        if table != LEDGER:
            self._keep(table, form.hash, block)
        return block

    def _keep(self, table: str, form: str, block: leaves.Block) -> None:
        start = 0
        for tx, group in groupby(block.txs):
            end = start + sum(1 for _ in group)
            digest = hashlib.sha256(b"".join(block.leaves[start:end])).digest()
            self._parts.setdefault(tx, {})[table] = (form, digest)
            start = end

    def check(self) -> Iterator[Finding]:
        """Each entry's digest, made again from the rows of its transaction; then the rows that no entry is of."""
        entries = stream(
            f"SELECT id, tx, tables::text, digest FROM {LEDGER} WHERE tx >= %s AND tx < %s ORDER BY tx, id",  # noqa: S608
            [self.low, self.high],
        )
        known = set()
        for pk, tx, named, digest in entries:
            tables = _tables_of(named)
            known.add(tx)
            written = self._parts.get(tx, {})
            if tables is None:
                yield Finding(kinds.ACT_DIGEST, LEDGER, pk, detail="what it names is not a list of tables")
                continue
            extra = set(written) - {table_now(table) for table in tables}
            if extra:
                yield Finding(kinds.ACT_DIGEST, LEDGER, pk, detail=f"rows it did not write: {', '.join(sorted(extra))}")
            elif tables and self._digest(tx, tables, written) != bytes(digest):
                yield Finding(kinds.ACT_DIGEST, LEDGER, pk, detail=", ".join(sorted(tables)))
        for tx in sorted(set(self._parts) - known):
            yield from self._without_act(tx)

    def _digest(self, tx: int, tables: dict[str, int], written: dict[str, tuple[str, bytes]]) -> bytes:
        whole = b""
        for table in sorted(tables):
            now, form = table_now(table), self.formats.by_id.get(tables[table])
            found, part = written.get(now, ("", b""))
            if form and found and found != form.hash:  # the table changed its form between the act and its seal
                block = read_block(form, now, tx, tx + 1)
                part = hashlib.sha256(b"".join(block.leaves)).digest() if block and len(block) else b""
            whole += hashlib.sha256(table.encode()).digest() + part
        return hashlib.sha256(whole).digest()

    def _without_act(self, tx: int) -> Iterator[Finding]:
        for table in sorted(self._parts[tx]):
            key = leaves.quote(self.formats.models[table].key)
            for (row,) in stream(f"SELECT {key} FROM {leaves.quote(table)} WHERE tx = %s ORDER BY 1", [tx]):  # noqa: S608
                yield Finding(kinds.WITHOUT_ACT, table, row)


def _tables_of(text: str) -> dict[str, int] | None:
    """The tables that an entry names, with their formats; None when somebody wrote something else there."""
    found = leaves.from_json(text)
    if not isinstance(found, dict) or not all(isinstance(form, int) for form in found.values()):
        return None
    return found


def check_unsealed(formats: Formats) -> Iterator[Finding]:
    """The acts that no seal covers yet, in batches as large as a seal's."""
    last = Seal.objects.order_by("-number").first()
    low = last.horizon_to if last else -sealing.ENDLESS
    while True:
        with connection.cursor() as cursor:
            high = sealing.batch_end(cursor, sealing.Horizon(low, sealing.ENDLESS))
        if high is None:
            return
        part = Range(formats, low, high)
        for table in formats.tables:
            if part.read(table, formats.current(table)) is None:
                yield Finding(kinds.FORMAT_UNREADABLE, table)
        yield from part.check()
        low = high
