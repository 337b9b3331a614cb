"""Refusals: what the system says when it does not do a thing. Each has a reason that a person understands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _


class Refusal(Exception):
    """An act was refused. ``code`` is for machines, ``reason`` for people, ``field`` names the input it is about.

    ``details`` is JSON: what the screen or the API may show beside the reason (closed gates, problems by row …).
    """

    code = "refused"
    status = 409

    def __init__(
        self,
        reason: Any,
        *,
        code: str | None = None,
        field: str = "",
        details: Mapping[str, Any] | None = None,
        aftermath: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code or self.code
        self.field = field
        self.details: dict[str, Any] = dict(details or {})
        self.kept = False  # in the ledger: the act that was refused, or the page, has written its entry
        # What must be kept although the act is rolled back (a wrong secret is counted): runs after it, and commits itself.
        self.aftermath = aftermath

    def __str__(self) -> str:
        return str(self.reason)

    @property
    def other_gates(self) -> list[Mapping[str, Any]]:
        """The closed gates whose reason is not the refusal's own: a banner says each reason once."""
        return [one for one in self.details.get("gates", []) if not one["open"] and one["reason"] != str(self.reason)]


class NotValid(Refusal):
    """The input cannot be right: wrong unit, not a number, missing, out of the possible."""

    code = "not-valid"
    status = 422


class PermissionDenied(Refusal):
    """This person may not do this, whatever the state."""

    code = "permission-denied"
    status = 403


class NotFound(Refusal):
    """Nothing is there for this person: no such record, or one of a site where the person has no role. Which, is not told."""

    code = "not-found"
    status = 404

    @classmethod
    def here(cls) -> NotFound:
        """In the same words whatever the cause."""
        return cls(_("There is no such record, or you have no role where it belongs."))


class TransitionNotAllowed(Refusal):
    """The thing is not in a state in which this can happen."""

    code = "transition-not-allowed"


class GateClosed(Refusal):
    """A gate before work is closed; ``details["gates"]`` lists which and why."""

    code = "gate-closed"


class Conflict(Refusal):
    """Someone else changed or completed it first; nothing entered is lost, it is handed back in ``details``."""

    code = "conflict"
