"""Refusals of routing."""

from foundation.core.errors import Conflict, NotValid, Refusal, TransitionNotAllowed


class NotADraft(TransitionNotAllowed):
    """The content of a revision can be edited in draft only."""

    code = "not-a-draft"


class GraphChanged(Conflict):
    """Someone else changed the graph since it was read. ``details``: the graph as it is, its etag, and the differences."""

    code = "graph-changed"
    status = 412


class RowChanged(Conflict):
    """Someone else changed the same fields. ``details["fields"]``: {field: {theirs, mine}}; nothing entered is lost."""

    code = "row-changed"


class Cycle(NotValid):
    """A link would close a cycle; ``details["path"]`` lists the operations on it."""

    code = "cycle"


class NotComplete(NotValid):
    """The routing has problems; ``details["problems"]`` lists them by operation."""

    code = "routing-not-complete"


class InUse(Refusal):
    """Other records stand on it."""

    code = "in-use"
