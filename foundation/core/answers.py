"""What providers of the questions ``todo``, ``search`` and ``underway`` answer with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing that waits for a person. ``group`` is the heading it stands under, ``icon_name`` a Tabler icon."""

    group: Any
    title: Any
    url: str
    detail: Any = ""
    state: str = ""
    state_label: Any = ""
    icon_name: str = "arrow-right"
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One hit of the search box: its kind in words, its number, a line of text, and where it is."""

    kind: Any
    number: str
    url: str
    text: Any = ""
    state: str = ""
    state_label: Any = ""


@dataclass(frozen=True, slots=True)
class Underway:
    """Work that goes on behind the pages and that everybody should know of; shown at home until it has ended.

    ``state``, ``progress`` (percent), ``message`` and ``error`` are as of a `core.Job`.
    """

    title: Any
    text: Any
    message: Any
    state: str
    progress: int
    error: str = ""
