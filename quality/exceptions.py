"""Refusals of quality."""

from foundation.core.errors import NotValid, PermissionDenied, TransitionNotAllowed


class QuantityNotLeft(NotValid):
    """More than what is still undecided."""

    code = "quantity-not-left"


class NotReconciled(TransitionNotAllowed):
    """What was decided and carried out is not what was found."""

    code = "not-reconciled"


class NotContained(TransitionNotAllowed):
    """More is to be scrapped than its containment holds."""

    code = "not-contained"


class CauseMissing(NotValid):
    """Closed only with a coded cause and a narrative."""

    code = "cause-missing"


class OwnWork(PermissionDenied):
    """Nobody decides what they raised or performed."""

    code = "own-work"
