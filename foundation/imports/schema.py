"""What an app gives to have its files imported: the fields, how rows are read, what is written.

Imports knows nothing of items or parts lists. The app's schema is a provider of the question ``imports.schemas`` in
config/subscriptions.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext as _

from foundation.core import events
from foundation.core.actor import Actor
from foundation.core.errors import NotValid

SCHEMAS = "imports.schemas"
ERROR, WARNING, SUGGESTION = "error", "warning", "suggestion"
SEVERITIES = (ERROR, WARNING, SUGGESTION)


@dataclass(frozen=True, slots=True)
class TargetField:
    """A field that a column may be mapped to, or (``decision``) that a person may decide.

    ``aliases``: header texts that mean it, in lower case. ``choices``: (value, label). ``on``: ``row`` or ``group``.
    ``of_groups``: the value is the key of a group.
    """

    code: str
    label: Any
    required: bool = False
    aliases: tuple[str, ...] = ()
    decision: bool = False
    choices: tuple[tuple[str, Any], ...] = ()
    on: str = "row"
    help: Any = ""
    of_groups: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to look at in one cell. ``message`` is a msgid with ``%(name)s`` places for ``params``.

    error: only another value or decision removes it. warning: a person decides, or accepts it by itself. suggestion: how it
    is read; accepting it, alone or with all others, is enough. ``choices``: decisions that would settle it.
    """

    code: str
    column: str
    severity: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    suggestion: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # (decision field, value)

    @property
    def key(self) -> str:
        """Acceptance is of this very problem with this very suggestion."""
        return f"{self.code}:{self.column}:{self.suggestion}"

    def as_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "params": dict(self.params),
            "choices": [list(c) for c in self.choices],
            "key": self.key,
        }


def text_of(problem: Mapping[str, Any]) -> str:
    """A stored problem in the reader's language."""
    return str(_(problem["message"]) % problem["params"])


@dataclass(frozen=True, slots=True)
class RowInput:
    """A row as the schema sees it: texts by field (corrections applied), decisions, and what was accepted."""

    key: str
    row_number: int | None
    values: Mapping[str, str]
    decisions: Mapping[str, Any]

    def text(self, name: str) -> str:
        return self.values.get(name, "").strip()


@dataclass(slots=True)
class Review:
    """What the schema makes of one row or group: JSON ``reading`` and the problems."""

    reading: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class GroupReview(Review):
    """A group of rows; ``first_row`` is where it begins, ``label`` what people call it."""

    label: str = ""
    first_row: int | None = None


@dataclass(slots=True)
class Reviewed:
    """All rows by key, and all groups by key."""

    rows: dict[str, Review]
    groups: dict[str, GroupReview] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What was written: counts for people, and the records to find it by."""

    summary: Mapping[str, int]
    records: Sequence[Any] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


class ImportSchema(Protocol):
    """Implemented by the app whose data is imported."""

    code: str
    label: Any
    permission: str
    fields: tuple[TargetField, ...]
    preview_template: str

    def review(self, rows: Sequence[RowInput], groups: Mapping[str, Mapping[str, Any]]) -> Reviewed:
        """Read every row; ``groups`` holds the decisions on groups. Reads the database, writes nothing."""

    def preview(self, rows: Sequence[RowInput], groups: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
        """What a commit would write and change, for the preview template and the API."""

    def commit(
        self, actor: Actor, rows: Sequence[RowInput], groups: Mapping[str, Mapping[str, Any]], origin: str
    ) -> CommitResult:
        """Write all of it through the app's services, inside the act of the import."""


def schemas() -> list[ImportSchema]:
    """Every schema that can be imported."""
    answers: Iterable[ImportSchema] = events.ask(SCHEMAS)
    return list(answers)


def schema_named(code: str) -> ImportSchema:
    """NotValid when there is no such schema."""
    for schema in schemas():
        if schema.code == code:
            return schema
    raise NotValid(_("“%(code)s” cannot be imported.") % {"code": code}, code="unknown-schema", field="schema")
