"""Seals against rows: what was sealed is there, unchanged, and nothing was slipped in between.

Seals are read in windows: one stream of each table over the range of many seals. A plant makes a seal of a few rows every
minute, and a stream of each table for each of them would cost more than the rows.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from foundation.core.canonical import canonical_json
from foundation.records import keys, leaves, sealing
from foundation.records.models import Epoch, KeyStatement, Seal, SealBlock, SigningKey
from foundation.records.renames import table_now
from foundation.records.verification import findings as kinds
from foundation.records.verification.acts import Range
from foundation.records.verification.findings import Finding
from foundation.records.verification.reading import Form, Formats, stream

SEAL, BLOCK = Seal._meta.db_table, SealBlock._meta.db_table
WINDOW_ROWS, WINDOW_SEALS = 50_000, 1_000


class SealChecker:
    """One pass over the seals from number ``first``. ``progress`` is told (seal number, rows) after each window."""

    def __init__(self, formats: Formats, first: int = 1, progress: Callable[[int, int], None] | None = None) -> None:
        self.formats, self.first, self.rows = formats, first, 0
        self._progress = progress
        self._keys = {key.fingerprint: bytes(key.public_key) for key in SigningKey.objects.all()}
        self._lost = {s.previous: s for s in KeyStatement.objects.filter(kind="lost")}
        self._epochs = {epoch.number: epoch for epoch in Epoch.objects.all()}
        self._previous: Seal | None = None

    def check(self) -> Iterator[Finding]:
        """Each seal's place in the chain, its signature, its blocks, and the rows behind them."""
        for window in self._windows():
            yield from self._check_window(window)
            if self._progress:
                self._progress(window[-1].number, self.rows)
        if self.first == 1:
            orphans = (
                f"SELECT id, table_name FROM {BLOCK} b WHERE NOT EXISTS (SELECT FROM {SEAL} s WHERE s.id = b.seal_id)"  # noqa: S608
            )
            for pk, table in stream(orphans):
                yield Finding(kinds.INSERTED, BLOCK, pk, detail=f"{table}, of a seal that is not there")

    def _windows(self) -> Iterator[list[Seal]]:
        """Seals that are read together: their rows fit into memory, and they agree on the format of each table."""
        window: list[Seal] = []
        used: dict[str, str] = {}
        rows = 0
        for seal in Seal.objects.filter(number__gte=self.first).order_by("number").iterator(chunk_size=200):
            wanted = {table_now(t): str(s.get("columns", s.get("format"))) for t, s in _sealed(seal).items()}
            differs = any(used.get(table, form) != form for table, form in wanted.items())
            if window and (differs or rows + seal.rows > WINDOW_ROWS or len(window) >= WINDOW_SEALS):
                yield window
                window, used, rows = [], {}, 0
            window.append(seal)
            used |= wanted
            rows += seal.rows
        if window:
            yield window

    def _check_window(self, window: list[Seal]) -> Iterator[Finding]:
        before = self._before(window[0])
        for seal in window:
            yield from self._check_chain(seal, before)
            before = seal
        bounds = [seal.horizon_to for seal in window]
        low = -sealing.ENDLESS if window[0].number == 1 else window[0].horizon_from
        part = Range(self.formats, low, max([*bounds, low]))
        blocks = _BlockHashes(window)
        for table in self._tables(window):
            sealed = [_of_table(seal, table) for seal in window]
            yield from self._check_formats(window, sealed, table)
            form = next((self.formats.sealed(table, s) for s in sealed if s), self.formats.current(table))
            block = part.read(table, form)
            if block is None:
                yield Finding(kinds.FORMAT_UNREADABLE, table, seal=window[0].number, detail=", ".join(form.columns))
                continue
            yield from _check_table(window, sealed, table, form, block, blocks)
        yield from blocks.check_extra()
        yield from part.check()
        self.rows += part.rows
        self._previous = window[-1]

    def _before(self, seal: Seal) -> Seal | None:
        if self._previous is None and self.first > 1:
            return Seal.objects.filter(number=self.first - 1).first()
        return self._previous

    def _tables(self, window: Sequence[Seal]) -> list[str]:
        named = {table_now(table) for seal in window for table in _sealed(seal)}
        return sorted(named & set(self.formats.models) | set(self.formats.tables))

    def _check_formats(
        self, window: list[Seal], sealed: list[dict[str, object] | None], table: str
    ) -> Iterator[Finding]:
        for seal, entry in zip(window, sealed, strict=True):
            if entry:
                yield from self.formats.check_sealed(table, entry, seal.number)

    def _check_chain(self, seal: Seal, previous: Seal | None) -> Iterator[Finding]:
        expected = previous.number + 1 if previous else self.first
        for missing in range(expected, min(seal.number, expected + 1000)):
            yield Finding(kinds.SEAL_MISSING, SEAL, missing)
        for problem in self._chain_problems(seal, previous):
            yield Finding(kinds.SEAL_BROKEN, SEAL, seal.number, detail=problem)
        wrong = self._signature_problem(seal)
        if wrong is not None:
            yield Finding(kinds.SIGNATURE_WRONG, SEAL, seal.number, detail=wrong)

    def _chain_problems(self, seal: Seal, previous: Seal | None) -> Iterator[str]:
        if hashlib.sha256(canonical_json(sealing.content_of(seal))).hexdigest() != seal.hash:
            yield "its content does not give its hash"
        if seal.previous_hash != (previous.hash if previous else sealing.GENESIS):
            yield "it does not follow the seal before it"
        if seal.horizon_from != (previous.horizon_to if previous else 0):
            yield "a gap to the seal before it"
        if previous and seal.tx < previous.tx:
            yield "it is older than the seal before it"
        opens = seal.epoch != (previous.epoch if previous else 1)
        epoch = self._epochs.get(seal.epoch)
        if bool(seal.opening) != opens or (opens and (epoch is None or seal.opening != sealing.opening_of(epoch))):
            yield "it opens an epoch otherwise than the records say"

    def _signature_problem(self, seal: Seal) -> str | None:
        public = self._keys.get(seal.key_fingerprint)
        if public is None or keys.fingerprint(public) != seal.key_fingerprint:
            return "its key is not known"
        lost = self._lost.get(seal.key_fingerprint)
        if lost and seal.number > int(lost.content.get("last_seal", {}).get("number", 0)):
            return "its key was declared lost before"
        try:
            content = canonical_json(sealing.content_of(seal))
            Ed25519PublicKey.from_public_bytes(public).verify(bytes(seal.signature), content)
        except (InvalidSignature, ValueError):
            return ""
        return None


class _BlockHashes:
    """The kept leaves of a window, as hashes made by the database: read in full only where a row must be named."""

    def __init__(self, window: Sequence[Seal]) -> None:
        self._numbers = {seal.pk: seal for seal in window}
        rows = stream(
            f"SELECT seal_id, table_name, id, tx, sha256(keys), sha256(leaves) FROM {BLOCK} WHERE seal_id = ANY (%s)",  # noqa: S608
            [list(self._numbers)],
        )
        self._kept = {
            (seal, table_now(table)): (pk, tx, bytes(packed), bytes(hashed))
            for seal, table, pk, tx, packed, hashed in rows
        }

    def check(self, seal: Seal, table: str, rows: leaves.Block) -> Iterator[Finding]:
        """The kept leaves of one table in one seal are those that its rows still give."""
        kept = self._kept.pop((seal.pk, table), None)
        if kept is None:
            yield Finding(kinds.DELETED, BLOCK, None, seal.number, detail=table)
            return
        pk, tx, packed, hashed = kept
        same_keys = hashlib.sha256(rows.packed_keys()).digest() == packed
        if not same_keys or hashlib.sha256(b"".join(rows.leaves)).digest() != hashed:
            yield Finding(kinds.BLOCK_BROKEN, BLOCK, pk, seal.number, detail=table)
        elif tx != seal.tx:
            yield Finding(kinds.REORDERED, BLOCK, pk, seal.number, detail=f"{table}: not written with its seal")

    def forget(self, seal: Seal, table: str) -> int | None:
        """The block's key; it is checked elsewhere."""
        return self._kept.pop((seal.pk, table), (None,))[0]

    def check_extra(self) -> Iterator[Finding]:
        for (seal, table), (pk, *_rest) in sorted(self._kept.items()):
            yield Finding(kinds.INSERTED, BLOCK, pk, self._numbers[seal].number, detail=table)


def _sealed(seal: Seal) -> dict[str, dict[str, object]]:
    """What a seal says of its tables, without what cannot be read: such a seal does not give its hash, and is named for it."""
    found = seal.tables if isinstance(seal.tables, dict) else {}
    wanted = {"format": int, "count": int, "root": str}
    return {
        table: sealed
        for table, sealed in found.items()
        if isinstance(sealed, dict) and all(isinstance(sealed.get(key), kind) for key, kind in wanted.items())
    }


def _of_table(seal: Seal, table: str) -> dict[str, object] | None:
    return next((sealed for name, sealed in _sealed(seal).items() if table_now(name) == table), None)


def _check_table(
    window: list[Seal],
    sealed: list[dict[str, object] | None],
    table: str,
    form: Form,
    block: leaves.Block,
    blocks: _BlockHashes,
) -> Iterator[Finding]:
    """One table over a window: cut the stream at the horizons, and compare each part with its seal."""
    start = 0
    for seal, entry in zip(window, sealed, strict=True):
        end = bisect_left(block.txs, seal.horizon_to)
        rows, start = block.part(start, end), max(start, end)
        if entry is None:
            for key in rows.keys:
                yield Finding(kinds.INSERTED, table, key, seal.number)
        elif leaves.merkle_root(rows.leaves).hex() == entry["root"] and len(rows) == entry["count"]:
            yield from blocks.check(seal, table, rows)
        else:
            yield from _name_rows(seal, table, str(entry["root"]), blocks.forget(seal, table), rows)


def _name_rows(seal: Seal, table: str, root: str, block_id: int | None, rows: leaves.Block) -> Iterator[Finding]:
    """The root does not match: compare with the kept leaves, if these still give the root, and name each row."""
    block = SealBlock.objects.filter(pk=block_id).first() if block_id else None
    now = dict(zip(rows.keys, rows.leaves, strict=True))
    kept = dict(leaves.iter_block(bytes(block.keys), bytes(block.leaves))) if block else {}
    if not block or leaves.merkle_root(list(kept.values())).hex() != root:
        yield Finding(kinds.BLOCK_BROKEN, BLOCK, block_id, seal.number, detail=table)
        yield Finding(
            kinds.CHANGED, table, None, seal.number, detail="rows that cannot be named: their kept leaves are gone"
        )
        return
    for key in sorted(now.keys() | kept.keys()):
        if key not in now:
            yield Finding(kinds.DELETED, table, key, seal.number)
        elif key not in kept:
            yield Finding(kinds.INSERTED, table, key, seal.number)
        elif now[key] != kept[key]:
            yield Finding(kinds.CHANGED, table, key, seal.number)
    if now == kept:
        yield Finding(kinds.REORDERED, table, None, seal.number, detail="the rows are in another order")
