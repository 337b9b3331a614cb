"""Refusals of the floor. Every one offers "report what happened": the system may refuse to proceed, never to record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foundation.core import errors


class _OffersReport(errors.Refusal):
    """``details["report"]`` tells the screen to offer "report what happened" beside the reason (domain, rule 1)."""

    def __init__(self, reason: Any, *, details: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(reason, details={"report": True, **(details or {})}, **more)


class GateClosed(_OffersReport, errors.GateClosed):
    """One or more gates are closed; ``details["gates"]`` says which and why."""


class NotPossible(_OffersReport, errors.TransitionNotAllowed):
    """Not in this state, or not in this order."""


class OutOfSequence(_OffersReport, errors.TransitionNotAllowed):
    """A step before it is still open; ``details["open"]`` names it."""

    code = "out-of-sequence"


class EntryNotValid(_OffersReport, errors.NotValid):
    """The entry cannot be right as it stands."""


class ConfirmOutOfLimits(errors.NotValid):
    """Asked once: correct the entry, or confirm that it is out of limits. ``details``: value, lower, upper, unit."""

    code = "confirm-out-of-limits"


class SamePerson(_OffersReport, errors.PermissionDenied):
    """A second pair of eyes belongs to another person."""

    code = "same-person"


class OverReported(_OffersReport, errors.NotValid):
    """More than there is on the card."""

    code = "over-reported"


class NotBalanced(_OffersReport, errors.TransitionNotAllowed):
    """Pieces are not accounted for, or steps are open; ``details`` has the balance and what is missing."""

    code = "not-complete"


class Conflict(errors.Conflict):
    """Someone else was first; ``details["input"]`` hands back what was entered."""
