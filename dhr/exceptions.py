"""Refusals of dhr."""

from foundation.core.errors import Refusal


class NotReleasable(Refusal):
    """Something stands against review or release; ``details["blockers"]`` lists every one in words."""

    code = "not-releasable"


class NotIndependent(Refusal):
    """Who built it does not review or release it."""

    code = "not-independent"
    status = 403
