"""What a check answers with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: the operation it is about (None: the routing), a code for machines, a text for people.

    ``severity`` is ``error`` (blocks submission) or ``warning``. ``step`` and ``position`` point further where they can.
    """

    operation: int | None
    code: str
    text: str
    severity: str = ERROR
    step: int | None = None
    position: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def blocking(problems: Iterable[Problem]) -> list[Problem]:
    """Those that must be solved before review."""
    return [problem for problem in problems if problem.severity == ERROR]
