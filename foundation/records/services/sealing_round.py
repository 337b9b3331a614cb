"""What happens every minute: seal, export, stamp, and tell people when one of these does not go as it must."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection

from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import Refusal
from foundation.records import events, exporting, sealing, stamps
from foundation.records.act import act
from foundation.records.models import LedgerEntry, Seal

TROUBLED = "records.sealing.troubled"
LOCK = 0x5EA3  # one round at a time; make_seal and the export have locks of their own
SEALER = Actor.system("sealer")
AGAIN_AFTER = timedelta(hours=1)
log = logging.getLogger(__name__)


def seal_export_and_stamp() -> list[Seal]:
    """One round. No part of it stops another, and no writer ever waits for it.

    While an earlier round still works on a backlog, a later one leaves it alone: two would halve the rests between seals.
    """
    with _alone() as is_alone:
        return _round() if is_alone else []


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        got = bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _round() -> list[Seal]:
    made = _try(events.NOT_SEALED, lambda: sealing.make_seals(pace=sealing.PACE)) or []
    _try(events.NOT_EXPORTED, exporting.export_new)
    stamp = _try(events.NOT_STAMPED, stamps.stamp_newest)
    if stamp is not None:
        _try(events.NOT_EXPORTED, lambda: exporting.append_stamp(stamp))
    with connection.cursor() as cursor:
        oldest = sealing.oldest_unsealed(cursor)
    if oldest is not None and clock.now() - oldest > sealing.OVERDUE:
        tell_trouble(events.OVERDUE, f"{oldest:%Y-%m-%d %H:%M} UTC")
    return made


def _try(kind: str, work: Callable[[], Any]) -> Any:
    try:
        return work()
    except exporting.RolledBack as error:
        tell_trouble(events.ROLLED_BACK, str(error))
    except (Refusal, DatabaseError, *stamps.FAILURES) as error:
        tell_trouble(kind, f"{type(error).__name__}: {error}"[:500])
    return None


def tell_trouble(kind: str, detail: str) -> None:
    """An act that publishes `SealingTroubled`; the same trouble is told again after an hour, if it is still there."""
    log.error("sealing: %s: %s", kind, detail)
    told = LedgerEntry.objects.filter(verb=TROUBLED, data__kind=kind, captured_at__gt=clock.now() - AGAIN_AFTER)
    try:
        if told.exists():
            return
        with act(actor=SEALER, verb=TROUBLED, data={"kind": kind, "detail": detail}) as this:
            this.publish(events.SealingTroubled(kind=kind, detail=detail))
    except (Refusal, DatabaseError):  # a database that takes no act takes no alert either: the log has it
        log.exception("sealing: the trouble could not be told")
