"""What is told to the outside: a published event is kept in its act's transaction, and sent later by a job.

The catalogue (config/subscriptions.py) says which events are published, under which name and version, and which of their
fields. An act whose events somebody outside waits for writes ONE job; one that nobody waits for writes nothing.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import UnionType
from typing import Any

from foundation.core import events, jobs
from foundation.core.events import Event

JOB = "outbox"
WANTED = "outbox.wanted"  # question: names of published events → does somebody wait for one of them?


@dataclass(frozen=True)
class Published:
    """An event as strangers know it. ``name`` and ``version`` are promises: another shape is another version.

    ``record``: the label of the record that it is about and the field with its id; who may read that record may be told.
    Without a record, ``permission`` says who may. ``without`` are fields that name records of other sites.
    """

    event: type[Event]
    name: str
    version: int = 1
    record: tuple[str, str] | None = None
    permission: str = ""
    without: tuple[str, ...] = field(default=())

    @cached_property
    def fields(self) -> tuple[str, ...]:
        return tuple(one.name for one in dataclasses.fields(self.event) if one.name not in self.without)

    @cached_property
    def shape(self) -> dict[str, Any]:
        """JSON schema of ``data``."""
        hints = typing.get_type_hints(self.event)
        return {
            "type": "object",
            "properties": {name: _schema(hints[name]) for name in self.fields},
            "required": list(self.fields),
            "additionalProperties": False,
        }

    def data_of(self, event: Event) -> dict[str, Any]:
        whole = dataclasses.asdict(event)
        return {name: whole[name] for name in self.fields}


_by_class: dict[type[Event], Published] = {}
_by_name: dict[str, Published] = {}


def publish(catalogue: Iterable[Published]) -> None:
    """Load the catalogue. ValueError for a name that stands for two events."""
    _by_class.clear()
    _by_name.clear()
    for one in catalogue:
        if one.name in _by_name or one.event in _by_class:
            raise ValueError(f"{one.name}: published twice")
        _by_class[one.event] = _by_name[one.name] = one


def catalogue() -> Mapping[str, Published]:
    """Every published event by its name, sorted."""
    return dict(sorted(_by_name.items()))


def keep(pending: Sequence[Event], *, entry_id: int, occurred_at: datetime, received_at: datetime) -> None:
    """Called by the act in its transaction: one job for all its published events, if somebody outside waits for one."""
    told = [
        {"number": number, "name": one.name, "data": one.data_of(event)}
        for number, event in enumerate(pending)
        if (one := _by_class.get(type(event)))
    ]
    if told and any(events.ask(WANTED, sorted({str(one["name"]) for one in told}))):
        moments = {"occurred_at": occurred_at.isoformat(), "received_at": received_at.isoformat()}
        payload = {"entry": entry_id, **moments, "events": told}
        jobs.enqueue(JOB, unique_key=f"{JOB}:{entry_id}", payload=payload)


def _schema(kind: Any) -> dict[str, Any]:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (UnionType, typing.Union):
        [plain] = [one for one in inner if one is not type(None)]
        return {"anyOf": [_schema(plain), {"type": "null"}]}
    if origin is list:
        return {"type": "array", "items": _schema(inner[0])}
    if origin is dict:
        return {"type": "object"}
    return {"type": {int: "integer", str: "string", bool: "boolean"}[kind]}
