"""Refusals of keeping."""

from foundation.core.errors import Refusal


class StillKept(Refusal):
    """The record must be kept: its period is not over, a legal hold covers it, or no archive of it was verified."""

    code = "still-kept"
    status = 409
