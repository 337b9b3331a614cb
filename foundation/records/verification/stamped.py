"""Stamps of a time-stamping authority against the seals that they are on."""

from __future__ import annotations

from collections.abc import Iterator

from foundation.records.models import SealStamp
from foundation.records.verification import findings as kinds
from foundation.records.verification.findings import Finding

STAMPS = SealStamp._meta.db_table


def check_stamps(first: int = 1) -> Iterator[Finding]:
    """Every stamp is about the hash of its seal and says its own moment."""
    stamps = SealStamp.objects.filter(seal__number__gte=first).select_related("seal").order_by("pk")
    if not stamps.exists():
        return
    from foundation.records.stamps import check_token  # noqa: PLC0415 - a heavy library, where there are stamps only

    for stamp in stamps.iterator(chunk_size=200):
        problem, moment = check_token(bytes(stamp.token), stamp.seal.hash)
        if not problem and moment != stamp.stamped_at:
            problem = "it says another moment than the records"
        if problem:
            yield Finding(kinds.STAMP_WRONG, STAMPS, stamp.pk, stamp.seal.number, detail=problem)
