"""Seals against exported seals: what was taken back or rewritten since they were exported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from foundation.records.models import Epoch, Seal
from foundation.records.verification import findings as kinds
from foundation.records.verification.findings import Finding
from foundation.records.verification.reading import stream
from foundation.records.verifier import verify

SEAL = Seal._meta.db_table


def check_exported(path: Path, notes: list[str], first: int = 1) -> Iterator[Finding]:
    """The export is whole, and every exported seal from ``first`` on is in the database as it was exported.

    Seals that a restore gave up are no finding when an epoch in the records names them; they are told in ``notes``.
    """
    report = verify.Report(())
    try:
        exported = verify.read_seals(report, str(path))
    except (verify.UnreadableError, OSError) as error:
        notes.append(f"no exported seals were compared: {error}")
        return
    notes.extend(report.notes)
    for problem in report.as_json()["problems"]:
        yield Finding(kinds.EXPORT_DAMAGED, problem["file"], detail=problem["en"])
    yield from _compare(exported, first, {e.abandoned_hash for e in Epoch.objects.all() if e.abandoned_hash})


def _compare(exported: verify.Exported, first: int, given_up: set[str]) -> Iterator[Finding]:
    allowed = _given_up(exported, given_up)
    waiting = {number: named for number, named in exported.hashes.items() if number >= first and number not in allowed}
    lowest = max(first, exported.first)
    kept = f"SELECT number, hash FROM {SEAL} WHERE number BETWEEN %s AND %s ORDER BY number"  # noqa: S608
    for number, named in stream(kept, [lowest, exported.newest]):
        known = waiting.pop(number, None)
        if known is None:
            if number not in allowed:
                yield Finding(kinds.SEAL_NOT_EXPORTED, SEAL, number, detail="exported seals pass over it")
        elif known != named:
            yield Finding(kinds.SEAL_REPLACED, SEAL, number, number, detail=f"exported as {known}")
    for number in sorted(waiting):
        yield Finding(kinds.SEAL_ROLLED_BACK, SEAL, number, number, detail="exported, but no longer here")


def _given_up(exported: verify.Exported, hashes: set[str]) -> set[int]:
    """Numbers at the end of the export that an epoch gave up, while the seals of the new epoch are not exported yet."""
    if exported.hashes.get(exported.newest) not in hashes:
        return set()
    epoch = Epoch.objects.get(abandoned_hash=exported.hashes[exported.newest])
    return set(range(epoch.last_seal + 1, exported.newest + 1))
