"""Finding acts among tens of millions: every condition is one that an index answers."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.db.models import Q

DISTINCT = """
WITH RECURSIVE one AS (
    (SELECT {column} AS word FROM records_ledgerentry ORDER BY {column} LIMIT 1)
    UNION ALL
    SELECT (SELECT l.{column} FROM records_ledgerentry l WHERE l.{column} > one.word ORDER BY l.{column} LIMIT 1)
    FROM one WHERE one.word IS NOT NULL
)
SELECT word FROM one WHERE word IS NOT NULL
"""


def known_verbs() -> list[str]:
    """Every kind of act that ever happened, in order. One index probe per kind, however long the ledger is."""
    return _distinct("verb")


def known_actors() -> list[str]:
    """Every name that ever acted, in order, systems too. One index probe per name."""
    return _distinct("actor_name")


def by_actor(text: str) -> Q:
    """Acts of whoever has this in the name that was printed at the time."""
    return Q(actor_name__in=[name for name in known_actors() if text.casefold() in name.casefold()])


def by_verb(text: str, words: Callable[[str], str]) -> Q:
    """Acts of the kinds whose code, or whose words as `words` says them, have this in them."""
    wanted = text.casefold()
    return Q(verb__in=[verb for verb in known_verbs() if wanted in verb or wanted in words(verb).casefold()])


def by_number(text: str) -> Q:
    """Acts about records whose number begins so; numbers are written in capitals or as they were typed."""
    found = Q()
    for start in {text, text.upper()}:
        found |= Q(subject_number__gte=start, subject_number__lt=start + "\U0010ffff")
    return found


def _distinct(column: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(DISTINCT.format(column=column))  # a name of ours, never what somebody typed
        return [word for (word,) in cursor.fetchall()]
