"""Seals against rows: what was sealed is there, unchanged, and nothing was slipped in between."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from foundation.core.canonical import canonical_json
from foundation.records import keys, leaves, sealing
from foundation.records.models import LeafFormat, Seal, SealBlock, SigningKey
from foundation.records.verification import acts
from foundation.records.verification import findings as kinds
from foundation.records.verification.findings import Finding


def check_seals(first: int = 1, rows_checked: list[int] | None = None) -> Iterator[Finding]:
    """Every seal from number ``first``: its place in the chain, its signature, its blocks, and the rows behind them."""
    formats = {form.pk: form for form in LeafFormat.objects.all()}
    public_keys = {key.fingerprint: bytes(key.public_key) for key in SigningKey.objects.all()}
    previous = Seal.objects.filter(number=first - 1).first()
    number = first
    for seal in Seal.objects.filter(number__gte=first).order_by("number").iterator(chunk_size=50):
        while number < seal.number:
            yield Finding(kinds.SEAL_MISSING, "records_seal", number)
            number += 1
        number += 1
        yield from _check_chain(seal, previous, public_keys)
        yield from _check_rows(seal, formats, rows_checked)
        previous = seal


def _check_chain(seal: Seal, previous: Seal | None, public_keys: dict[str, bytes]) -> Iterator[Finding]:
    content = canonical_json(sealing.content_of(seal))
    if hashlib.sha256(content).hexdigest() != seal.hash:
        yield Finding(kinds.SEAL_BROKEN, "records_seal", seal.number, detail="its content does not give its hash")
    expected = previous.hash if previous else sealing.GENESIS
    start = previous.horizon_to if previous else 0
    if seal.previous_hash != expected:
        yield Finding(kinds.SEAL_BROKEN, "records_seal", seal.number, detail="it does not follow the seal before it")
    if seal.horizon_from != start and (previous is None or previous.epoch == seal.epoch):
        yield Finding(kinds.SEAL_BROKEN, "records_seal", seal.number, detail="a gap to the seal before it")
    public = public_keys.get(seal.key_fingerprint)
    if public is None or keys.fingerprint(public) != seal.key_fingerprint:
        yield Finding(kinds.SIGNATURE_WRONG, "records_seal", seal.number, detail="its key is not known")
        return
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes(seal.signature), content)
    except InvalidSignature:
        yield Finding(kinds.SIGNATURE_WRONG, "records_seal", seal.number)


def _check_rows(seal: Seal, formats: dict[int, LeafFormat], rows_checked: list[int] | None) -> Iterator[Finding]:
    blocks = {block.table_name: block for block in SealBlock.objects.filter(seal=seal)}
    parts: acts.Parts = {}
    for table in sorted(formats_in_use(seal, formats)):
        sealed = seal.tables.get(table)
        form = formats[sealed["format"]] if sealed else formats[leaves.current_format_id(table)]
        found = acts.read(table, form, seal.horizon_from, seal.horizon_to)
        acts.parts_of(parts, table, form, found)
        if rows_checked is not None:
            rows_checked[0] += len(found["leaves"])
        if sealed is None:
            for key, _leaf in leaves.iter_block(bytes(found["keys"]), b"".join(found["leaves"])):
                yield Finding(kinds.INSERTED, table, key, seal.number)
        elif leaves.merkle_root(found["leaves"]).hex() != sealed["root"]:
            yield from _name_rows(seal, table, sealed["root"], blocks.get(table), found)
    yield from acts.check_digests(parts, seal.horizon_from, seal.horizon_to, formats)


def formats_in_use(seal: Seal, formats: dict[int, LeafFormat]) -> set[str]:
    """Tables to read for a seal: those it names, and every other sealed table (where rows would be slipped in)."""
    return {form.table_name for form in formats.values()} | set(seal.tables)


def _name_rows(seal: Seal, table: str, root: str, block: SealBlock | None, found: dict[str, Any]) -> Iterator[Finding]:
    """The root does not match: compare with the kept leaves, if these still give the root, and name each row."""
    now = dict(leaves.iter_block(bytes(found["keys"]), b"".join(found["leaves"])))
    kept = dict(leaves.iter_block(bytes(block.keys), bytes(block.leaves))) if block else {}
    if not block or leaves.merkle_root(list(kept.values())).hex() != root:
        yield Finding(kinds.BLOCK_BROKEN, "records_sealblock", block.pk if block else None, seal.number, detail=table)
        return
    for key in sorted(now.keys() | kept.keys()):
        if key not in now:
            yield Finding(kinds.DELETED, table, key, seal.number)
        elif key not in kept:
            yield Finding(kinds.INSERTED, table, key, seal.number)
        elif now[key] != kept[key]:
            yield Finding(kinds.CHANGED, table, key, seal.number)
    if now == kept:
        yield Finding(kinds.CHANGED, table, None, seal.number, detail="the rows are in another order")
