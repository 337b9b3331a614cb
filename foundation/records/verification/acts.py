"""Acts against rows: what an act wrote is what its ledger entry says it wrote, sealed or not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db import connection

from foundation.records import leaves, protection, sealing
from foundation.records.models import LeafFormat, LedgerEntry, Seal
from foundation.records.verification import findings as kinds
from foundation.records.verification.findings import Finding

LEDGER = LedgerEntry._meta.db_table
Formats = dict[int, LeafFormat]
Parts = dict[int, dict[str, tuple[int, bytes]]]
"""Transaction → table → (leaf format, SHA-256 over the leaves that it wrote there)."""


def parts_of(parts: Parts, table: str, form: LeafFormat, block: dict[str, Any]) -> None:
    """Add one table's rows of a range, as `sealing.read_block` gave them, to the parts of their acts."""
    if table == LEDGER:
        return
    for tx, group in groupby(zip(block["txs"], block["leaves"], strict=True), key=lambda pair: pair[0]):
        digest = hashlib.sha256(b"".join(leaf for _tx, leaf in group)).digest()
        parts.setdefault(tx, {})[table] = (form.pk, digest)


def check_digests(parts: Parts, low: int, high: int, formats: Formats) -> Iterator[Finding]:
    """Each entry's digest, made again from the rows of its transaction. Rows of tables it does not name differ too."""
    entries = LedgerEntry.objects.filter(tx__gte=low, tx__lt=high).order_by("tx", "pk")
    for pk, tx, tables, digest in entries.values_list("pk", "tx", "tables", "digest").iterator(chunk_size=2000):
        written = parts.get(tx, {})
        if set(written) - set(tables):
            extra = ", ".join(sorted(set(written) - set(tables)))
            yield Finding(kinds.ACT_DIGEST, LEDGER, pk, detail=f"rows it did not write: {extra}")
        elif tables and _digest(tx, tables, written, formats) != bytes(digest):
            yield Finding(kinds.ACT_DIGEST, LEDGER, pk, detail=", ".join(sorted(tables)))


def _digest(tx: int, tables: dict[str, int], written: dict[str, tuple[int, bytes]], formats: Formats) -> bytes:
    whole = b""
    for table in sorted(tables):
        form, part = written.get(table, (tables[table], b""))
        if form != tables[table]:  # the table gained a column between the act and its seal
            part = _part_in_format(table, formats[tables[table]], tx)
        whole += hashlib.sha256(table.encode()).digest() + part
    return hashlib.sha256(whole).digest()


def _part_in_format(table: str, form: LeafFormat, tx: int) -> bytes:
    found = read(table, form, tx, tx + 1)["leaves"]
    return hashlib.sha256(b"".join(found)).digest() if found else b""


def read(table: str, form: LeafFormat, low: int, high: int) -> dict[str, Any]:
    """One table's rows between two horizons."""
    with connection.cursor() as cursor:
        leaves.pin_settings(cursor)
        return sealing.read_block(cursor, table, form, low, high)


def check_unsealed() -> Iterator[Finding]:
    """The acts that no seal covers yet, in batches as large as a seal's."""
    formats = {form.pk: form for form in LeafFormat.objects.all()}
    last = Seal.objects.order_by("-number").first()
    low = last.horizon_to if last else 0
    while True:
        with connection.cursor() as cursor:
            high = sealing.batch_end(cursor, sealing.Horizon(low, sealing.ENDLESS))
        if high is None:
            return
        parts: Parts = {}
        for model in protection.sealed_models():
            table = model._meta.db_table
            form = formats[leaves.current_format_id(table)]
            parts_of(parts, table, form, read(table, form, low, high))
        yield from check_digests(parts, low, high, formats)
        low = high
