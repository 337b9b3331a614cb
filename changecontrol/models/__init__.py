from .approval import ApprovalOutcome, ApprovalStep
from .changes import AffectedThing, ChangeRequest
from .effectivity import Effectivity
from .impact import ImpactEntry, OrderDecision

__all__ = [
    "AffectedThing",
    "ApprovalOutcome",
    "ApprovalStep",
    "ChangeRequest",
    "Effectivity",
    "ImpactEntry",
    "OrderDecision",
]
