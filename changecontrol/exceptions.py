"""Refusals of change control."""

from foundation.core.errors import Conflict, GateClosed, NotValid, PermissionDenied


class NoEffectiveCard(GateClosed):
    """No process card applies; the reason names the gap. ``details``: item, at, gap."""

    code = "no-effective-card"


class NotJudged(NotValid):
    """Impact entries or open orders without a decision; ``details["entries"]`` and ``details["orders"]`` list them."""

    code = "impact-not-judged"


class NotYours(PermissionDenied):
    """An author approves nothing they wrote, and nobody signs twice."""

    code = "author-cannot-approve"


class ChangedSince(Conflict):
    """What would be signed is not what was submitted."""

    code = "changed-since-submitted"


class CarriedElsewhere(Conflict):
    """Another open change carries this revision."""

    code = "carried-elsewhere"
