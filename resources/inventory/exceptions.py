"""Refusals of inventory."""

from foundation.core.errors import NotValid, Refusal


class NotEnough(NotValid):
    """More was asked for than the container holds."""

    code = "not-enough"


class NotUsable(Refusal):
    """The container may not be used: not released, expired, held, or the wrong item. ``details`` has the evidence."""

    code = "not-usable"


class LabelMismatch(NotValid):
    """What the scanner read is not what this label should say."""

    code = "label-mismatch"
