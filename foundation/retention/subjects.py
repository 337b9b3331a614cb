"""What the apps above say of their records, as far as their keeping depends on it (question ``retention.kinds``).

A provider returns its `RecordKind`s. Nothing here knows a batch or a device: an app says when the record's product was released,
how long it lives, where it is sold, and which other records it is a part of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from foundation.core import jobs
from foundation.core.actor import Actor
from foundation.core.events import ask
from foundation.core.models import Job
from foundation.core.refs import RecordRef

KINDS = "retention.kinds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one record.

    ``of_a_device``: the law speaks of it; without, only the company's own rules do. ``released_on``: the day by which every
    device that it tells of was released; None while one is not. ``last_placed_on``: when the last device of the product was
    placed on the market, once no more are; ``placed_so_far`` is the newest that is known until then. ``follows``: records
    without which this one has no meaning, so it is kept as long as they are. ``belongs_to``: a legal hold on one of these is
    a hold on this record. ``begun_on`` to ``closed_on`` is the time that it tells of.
    """

    number: str
    of_a_device: bool = True
    released_on: date | None = None
    closed_on: date | None = None
    begun_on: date | None = None
    lifetime_years: int | None = None
    markets: tuple[str, ...] = ()
    implant: bool = False
    last_placed_on: date | None = None
    placed_so_far: date | None = None
    follows: tuple[RecordRef, ...] = ()
    belongs_to: tuple[RecordRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive of a record holds: files by their names inside, a title, and the moment of which it tells."""

    title: str
    at: datetime
    files: Mapping[str, bytes | Path]


Found = Callable[[Actor, str], "RecordRef | None"]
FactsOf = Callable[[Sequence[int]], Mapping[int, Facts]]


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record: what people call it, how they find one by its number, what is known of it.

    ``find`` None: people know no number of these. ``facts`` None: it can be held (a lot, an item), and has no period of its
    own. ``closed_before``: ids of records whose period may be over by a day, the oldest first. ``contents``: makes what an
    archive of one holds; a job's work.
    """

    label: str
    name: Any
    find: Found | None
    facts: FactsOf | None = None
    closed_before: Callable[[date, int], Sequence[int]] | None = None
    contents: Callable[[int, Job, jobs.Progress], Contents] | None = None

    @property
    def archivable(self) -> bool:
        return self.contents is not None

    @property
    def findable(self) -> bool:
        return self.find is not None


def kinds() -> dict[str, RecordKind]:
    """Every kind that an app named, by its model label."""
    return {kind.label: kind for answer in ask(KINDS) for kind in answer}


def facts_of(record: RecordRef, known: Mapping[str, RecordKind] | None = None) -> Facts | None:
    """What its app says of a record; None for a kind that has no period of its own, and for what is not there."""
    kind = (known or kinds()).get(record.label)
    return kind.facts([record.id]).get(record.id) if kind and kind.facts else None
