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

    @property
    def where(self) -> str:
        """``70.10``, as a person finds it in the list; "" when it is about the whole routing."""
        parts = (self.operation, self.step)
        return ".".join(str(part) for part in parts if part is not None)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "where": self.where}


def blocking(problems: Iterable[Problem]) -> list[Problem]:
    """Those that must be solved before review."""
    return [problem for problem in problems if problem.severity == ERROR]
