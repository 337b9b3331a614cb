"""Rows of pages: what is known of records and archives, in words and with their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from foundation.accounts.scope import about_visible, sees
from foundation.core.actor import Actor
from foundation.retention.models import Archive, ArchiveCheck
from foundation.retention.selectors import Keeping
from foundation.retention.subjects import kinds


def due_in_words(rows: Iterable[Keeping], actor: Actor) -> list[dict[str, Any]]:
    """Of records that this person sees: the kind in words, beside what is known of the keeping."""
    known = kinds()
    return [{"kind": known[one.record.label].name, "keeping": one} for one in rows if sees(actor, one.record)]


def seen(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Of legal holds and archives, those of a period and those of records that this person sees: numbers do not leak."""
    return rows.filter(Q(subject_label="") | Q(pk__in=about_visible(rows, actor).values("pk")))


def with_checks(archives: Sequence[Archive], checks: Mapping[int, ArchiveCheck]) -> list[dict[str, Any]]:
    """Archives, each with its last verification."""
    return [{"archive": archive, "check": checks.get(archive.pk)} for archive in archives]
