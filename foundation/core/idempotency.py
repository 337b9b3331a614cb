"""A request that may come again, beside the act that it leads to: whether that act was committed is never guessed.

The key of the request is claimed before the act; the act writes into the claim, in its own transaction, that it is done.
So when a process dies, whoever repeats the request learns the truth: nothing was done (and it is done now), or it was done
and only the answer is lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from django.db import Error, connection

from foundation.core.models import IdempotencyKey

_claim: ContextVar[int | None] = ContextVar("core_claim", default=None)


@contextmanager
def claim_of(key: IdempotencyKey) -> Iterator[None]:
    """Acts within this block are what the request with this key leads to."""
    token = _claim.set(key.pk)
    try:
        yield
    finally:
        _claim.reset(token)


def note_act(entry_id: int) -> None:
    """Called by an act in its transaction, with the number of its ledger entry."""
    claimed = _claim.get()
    if claimed is not None:
        IdempotencyKey.objects.filter(pk=claimed).update(response={"act": entry_id})


@contextmanager
def one_at_a_time(scope: str, key: object) -> Iterator[bool]:
    """Whether nobody else works on this key. The database holds the lock, so it goes with the process that dies."""
    number = int.from_bytes(hashlib.sha256(f"{scope}:{key}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        [taken] = cursor.fetchone() or [False]
    try:
        yield bool(taken)
    finally:
        if taken:  # on a connection that is broken there is no lock any more
            with suppress(Error), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
