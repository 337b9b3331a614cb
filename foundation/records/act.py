"""The act: the one way that anything is written.

    with records.act(actor=actor, verb="inventory.lot.received", reason=reason) as act:
        …lock, policy, state guard, checks, write…
        act.about(lot)
        act.publish(LotReceived(lot_id=lot.pk))

Only the outermost act opens the transaction. When a refusal leaves it, everything is rolled back and the refusal is
committed to the ledger in a transaction of its own before it travels on. An act inside an act is a part of it: one
transaction, one ledger entry. Nobody catches a refusal inside an act.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, models, transaction
from django.db.models.expressions import RawSQL
from psycopg2.errors import ForeignKeyViolation

from foundation.core import clock, events, idempotency, jobs, outbox
from foundation.core.actor import Actor
from foundation.core.errors import NotFound, Refusal
from foundation.core.refs import RecordRef
from foundation.records.context import _current, current_act
from foundation.records.leaves import current_format_id
from foundation.records.models import LedgerEntry, Outcome

log = logging.getLogger(__name__)


@dataclass
class Act:
    """What one act knows of itself. Services use `about`, `relate`, `note`, `publish`; the rest is for the records layer."""

    actor: Actor
    verb: str
    reason: str = ""
    captured_at: datetime | None = None
    at: datetime = field(default_factory=clock.now)
    subject: RecordRef | None = None
    related: list[RecordRef] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    parts: list[dict[str, Any]] = field(default_factory=list)
    tables: set[str] = field(default_factory=set)
    pending: list[events.Event] = field(default_factory=list)
    outer: Act | None = None
    refused: Refusal | None = None  # by an act within this one
    endings: dict[str, Callable[[], None]] = field(default_factory=dict)

    def about(self, record: models.Model | RecordRef) -> None:
        """The record that the act is about: what the ledger is searched by."""
        self.subject = record if isinstance(record, RecordRef) else RecordRef.to(record)

    def relate(self, *records: models.Model | RecordRef) -> None:
        """Other records that the act touches and should be found by."""
        self.root.related.extend(r if isinstance(r, RecordRef) else RecordRef.to(r) for r in records)

    def note(self, **data: Any) -> None:
        """What the act was told and what is in none of the rows it wrote. JSON values; decimals as strings."""
        self.data.update(data)

    def publish(self, event: events.Event) -> None:
        """Handlers *in the transaction* run now and may refuse; those *after* become jobs of this transaction."""
        for handler in events.handlers_in_transaction(type(event)):
            handler(event, self.actor)
        self.root.pending.append(event)

    def wrote(self, table: str) -> None:
        """A sealed table that this act inserts into (called by the base models)."""
        self.root.tables.add(table)

    def at_end(self, key: str, function: Callable[[], None]) -> bool:
        """Run the function when the outermost act is over, however it ends and after what its refusal leaves is kept.

        Once per key: False when it is asked for already.
        """
        if key in self.root.endings:
            return False
        self.root.endings[key] = function
        return True

    @property
    def root(self) -> Act:
        return self if self.outer is None else self.outer.root


@contextmanager
def act(
    *,
    actor: Actor,
    verb: str,
    reason: str = "",
    about: models.Model | RecordRef | None = None,
    captured_at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
) -> Iterator[Act]:
    """Run a public service. ``verb`` is ``app.noun.verbed``; ``captured_at`` is when it happened, if not now."""
    if not isinstance(actor, Actor):
        raise TypeError("An act needs an Actor")
    this = Act(actor=actor, verb=verb, reason=reason.strip(), captured_at=captured_at, data=dict(data or {}))
    if about is not None:
        this.about(about)
    outer = current_act()
    if outer is not None:
        yield from _inner(this, outer)
        return
    try:
        yield from _refusing_the_unknown(this)
    except Refusal as refusal:
        append_refusal(this, refusal)
        if refusal.aftermath is not None:
            refusal.aftermath()
        raise
    finally:
        for ending in this.endings.values():
            ending()


def _refusing_the_unknown(this: Act) -> Iterator[Act]:
    """An act told of something that is not there is refused like any other: the id is the caller's, the record nobody's."""
    try:
        yield from _outermost(this)
    except ObjectDoesNotExist as missing:
        log.info("%s: %s", this.verb, missing)
        raise NotFound.here() from missing
    except IntegrityError as broken:
        if not isinstance(broken.__cause__, ForeignKeyViolation):
            raise
        log.info("%s: %s", this.verb, broken)
        raise NotFound.here() from broken


def _inner(this: Act, outer: Act) -> Iterator[Act]:
    this.outer, this.at = outer, outer.at
    token = _current.set(this)
    try:
        yield this
    except Refusal as refusal:
        outer.root.refused = refusal
        raise
    finally:
        _current.reset(token)
    outer.root.parts.append(_part(this))


def _outermost(this: Act) -> Iterator[Act]:
    with transaction.atomic(durable=True):
        token = _current.set(this)
        try:
            yield this
            if this.refused is not None:  # somebody caught it: what the inner act wrote before must not be committed
                raise RuntimeError(f"{this.verb}: a refusal within an act is not to be caught") from this.refused
            entry = _append(this, Outcome.DONE)
            idempotency.note_act(entry.pk)
            for number, event in enumerate(this.pending):
                jobs.enqueue_event(event, f"{entry.pk}.{number}")
            occurred_at = this.captured_at or this.at
            outbox.keep(this.pending, entry_id=entry.pk, occurred_at=occurred_at, received_at=this.at)
        finally:
            _current.reset(token)


def _part(this: Act) -> dict[str, Any]:
    part: dict[str, Any] = {"verb": this.verb, "actor": this.actor.name}
    if this.subject:
        part["subject"] = this.subject.as_json()
    if this.reason:
        part["reason"] = this.reason
    if this.data:
        part["data"] = this.data
    return part


def append_refusal(this: Act, refusal: Refusal) -> LedgerEntry:
    """Keep what was tried, by whom, and why not. Commits by itself: the act it belongs to was rolled back."""
    this.data = {**this.data, "code": refusal.code, "refusal": str(refusal.reason), "field": refusal.field}
    if refusal.details:
        this.data["details"] = refusal.details
    this.tables, this.at = set(), clock.now()
    with transaction.atomic(durable=True):
        entry = _append(this, Outcome.REFUSED)
    refusal.kept = True
    return entry


def _append(this: Act, outcome: str) -> LedgerEntry:
    formats = {table: current_format_id(table) for table in sorted(this.tables)}
    subject = this.subject
    entry = LedgerEntry(
        verb=this.verb,
        outcome=outcome,
        actor_id=this.actor.user_id,
        actor_name=this.actor.name,
        station=this.actor.station,
        session=this.actor.session,
        subject_label=subject.label if subject else "",
        subject_id=subject.id if subject else None,
        subject_number=subject.number if subject else "",
        related=[ref.as_json() for ref in dict.fromkeys(this.related)],
        reason=this.reason,
        captured_at=this.captured_at or this.at,
        received_at=this.at,
        parts=_json(this.parts),
        data=_json(this.data),
        tables=formats,
    )
    if formats:
        entry.digest = RawSQL("arteria_act_digest(%s::jsonb)", [connection.ops.adapt_json_value(formats, None)])
    entry.save(force_insert=True)
    return entry


def _json(value: Any) -> Any:
    """As JSON keeps it: decimals and moments as strings, texts translated now. An act is not lost for a detail's type."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))
