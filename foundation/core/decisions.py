"""What a policy answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from foundation.core.errors import PermissionDenied


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not, with the reason in words. Truthy when allowed; `require()` turns a no into the refusal."""

    allowed: bool
    reason: Any = ""

    def __bool__(self) -> bool:
        return self.allowed

    def require(self) -> None:
        if not self.allowed:
            raise PermissionDenied(self.reason)


YES = Decision(True)


def no(reason: Any) -> Decision:
    return Decision(False, reason)
