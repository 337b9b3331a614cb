"""What a policy answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from foundation.core.errors import PermissionDenied, Refusal


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not, with the reason in words. Truthy when allowed; `require()` turns a no into the refusal.

    ``refusal`` is which one: NotFound where not even the existence of the thing is told.
    """

    allowed: bool
    reason: Any = ""
    refusal: type[Refusal] = PermissionDenied

    def __bool__(self) -> bool:
        return self.allowed

    def require(self) -> None:
        if not self.allowed:
            raise self.refusal(str(self.reason))  # a reason that takes a query is worked out once


YES = Decision(True)


def no(reason: Any, refusal: type[Refusal] = PermissionDenied) -> Decision:
    return Decision(False, reason, refusal)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question about a resource answers: fit or not, why in words, and the facts that say so.

    ``evidence`` is JSON: what a gate keeps beside its answer. Truthy when ok.
    """

    ok: bool
    reason: Any = ""
    evidence: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.ok
