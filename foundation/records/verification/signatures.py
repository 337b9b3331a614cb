"""Signatures against their acts: the ledger states a second time who signed which content of which record (21 CFR 11.70)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from foundation.records.models import LedgerEntry, Signature
from foundation.records.verification import findings as kinds
from foundation.records.verification.findings import Finding
from foundation.records.verification.reading import stream

TABLE, LEDGER = Signature._meta.db_table, LedgerEntry._meta.db_table
Stated = tuple[str, int, str, str, str, int, str]
"""Label, id and number of the record, version, content hash, signer, meaning."""


def check_signatures(low: int) -> Iterator[Finding]:
    """Every signature from transaction ``low`` on is on the record, over the content and by the person that its act says.

    A refused act may tell of signatures too: they were rolled back with it.
    """
    rows = stream(
        "SELECT coalesce(s.tx, l.tx), s.id, s.record_label, s.record_id, s.record_number, s.record_version, s.content_hash, "  # noqa: S608
        f"s.signer_id, s.meaning, l.id, {_once('l.data::text')}, {_once('l.parts::text')} FROM {TABLE} s FULL JOIN "
        f"(SELECT * FROM {LEDGER} WHERE outcome = 'done') l ON l.tx = s.tx "
        "WHERE coalesce(s.tx, l.tx) >= %s AND (s.id IS NOT NULL OR l.data ? 'signed' OR l.parts @? '$[*].data.signed') "
        "ORDER BY 1, s.id",
        [low],
    )
    for _tx, group in groupby(rows, key=lambda row: row[0]):
        yield from _check_act(list(group))


def _once(what: str) -> str:
    """On the first row of an entry only: what an act of a thousand signatures states is as long as they are many."""
    return f"CASE WHEN row_number() OVER (PARTITION BY l.id ORDER BY s.id) = 1 THEN {what} END"


def _check_act(rows: list[tuple[Any, ...]]) -> Iterator[Finding]:
    entries = {row[9]: (row[10], row[11]) for row in rows if row[10] is not None}
    stated = [statement for data, parts in entries.values() for statement in _statements(data, parts)]
    signatures = {row[1]: row[2:9] for row in rows if row[1] is not None}
    if not stated:  # an act without statements, or none at all: the check of acts speaks of that
        return
    open_ones = list(stated)
    strangers: list[tuple[int, Stated]] = []
    for pk, signature in signatures.items():
        if signature in open_ones:
            open_ones.remove(signature)
        else:
            strangers.append((pk, signature))
    for pk, signature in strangers:
        origin = next((one for one in open_ones if one[4:] == signature[4:]), None)
        if origin is None:
            yield Finding(kinds.SIGNATURE_DIFFERS, TABLE, pk, detail="its act states no such signature")
            continue
        open_ones.remove(origin)
        yield Finding(kinds.SIGNATURE_MOVED, TABLE, pk, detail=f"given to {origin[0]} {origin[1]} ({origin[2]})")
    for one in open_ones:
        yield Finding(kinds.DELETED, TABLE, None, detail=f"{one[6]} on {one[0]} {one[1]} ({one[2]}), as its act states")


def _statements(data: str, parts: str) -> Iterator[Stated]:
    told = [json.loads(data), *(part.get("data", {}) for part in json.loads(parts))]
    for one in told:
        for signed in one.get("signed", []):
            record = signed["record"]
            yield (
                record["label"],
                record["id"],
                record["number"],
                signed["version"],
                signed["content_hash"],
                signed["signer_id"],
                signed["meaning"],
            )
