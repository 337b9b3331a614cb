"""Inclusion proofs: show a stranger that a row was sealed, without the database.

Shape (``proof/ledger.json`` in a package, read by verify.py):

    {"schema": "ledger-proof/1",
     "seals": [{"content": {…seal/1…}, "hash": hex, "signature": hex, "key": hex public key}],
     "entries": [{"table": …, "row": id, "columns": […], "line": COPY text, "index": n, "path": [{side, hash}], "seal": number}],
     "key_statements": [{"content": {…key-statement/1…}, "signature": hex, "previous_signature": hex}],
     "unsealed": [ids of acts that no seal covered yet]}

``line`` gives the leaf, ``path`` leads from it to the table's root in the seal's content, and the seal is signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from foundation.records import leaves, sealing
from foundation.records.models import KeyStatement, LeafFormat, LedgerEntry, Seal, SigningKey

LEDGER = LedgerEntry._meta.db_table


def ledger_proof(entries: Iterable[LedgerEntry]) -> dict[str, Any]:
    """The proof of these acts; acts younger than the newest seal are named as unsealed, never left out in silence."""
    wanted = sorted(entries, key=lambda entry: (entry.tx, entry.pk))
    covering = _seals_over([entry.tx for entry in wanted])
    proven: list[dict[str, Any]] = []
    for seal in covering:
        keys = {entry.pk for entry in wanted if seal.horizon_from <= entry.tx < seal.horizon_to}
        proven.extend(_prove(seal, keys))
    sealed = {row["row"] for row in proven}
    return {
        "schema": "ledger-proof/1",
        "seals": [seal_json(seal) for seal in covering],
        "key_statements": [statement_json(statement) for statement in KeyStatement.objects.order_by("pk")],
        "entries": proven,
        "unsealed": [entry.pk for entry in wanted if entry.pk not in sealed],
    }


def _seals_over(transactions: Sequence[int]) -> list[Seal]:
    if not transactions:
        return []
    near = Seal.objects.filter(horizon_to__gt=min(transactions), horizon_from__lte=max(transactions)).order_by("number")
    return [seal for seal in near if any(seal.horizon_from <= tx < seal.horizon_to for tx in transactions)]


def _prove(seal: Seal, keys: set[int]) -> list[dict[str, Any]]:
    sealed = seal.tables.get(LEDGER)
    if not sealed:
        return []
    form = LeafFormat.objects.get(pk=sealed["format"])
    hashes: list[bytes] = []
    found: list[tuple[int, int, str]] = []

    def consume(_tx: int, key: int, line: bytes) -> None:
        if key in keys:
            found.append((len(hashes), key, line.decode()))
        hashes.append(leaves.leaf_hash(line))

    with transaction.atomic(), connection.cursor() as cursor:
        leaves.pin_settings(cursor)
        where = f"WHERE tx >= {seal.horizon_from} AND tx < {seal.horizon_to}"
        leaves.stream_leaves(cursor, LEDGER, form.columns, form.key, where, consume)
    return [
        {
            "table": LEDGER,
            "row": key,
            "columns": form.columns,
            "line": line,
            "index": index,
            "path": leaves.merkle_path(hashes, index),
            "seal": seal.number,
        }
        for index, key, line in found
    ]


def seal_json(seal: Seal) -> dict[str, Any]:
    """A seal as it is exported: with all that its verification takes."""
    key = SigningKey.objects.get(fingerprint=seal.key_fingerprint)
    return {
        "content": sealing.content_of(seal),
        "hash": seal.hash,
        "signature": bytes(seal.signature).hex(),
        "key": bytes(key.public_key).hex(),
    }


def statement_json(statement: KeyStatement) -> dict[str, Any]:
    """A statement about keys as it is exported."""
    return {
        "content": statement.content,
        "signature": bytes(statement.signature).hex(),
        "previous_signature": bytes(statement.previous_signature).hex(),
    }
