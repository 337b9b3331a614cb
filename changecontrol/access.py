"""Who reads changes: what they change is global."""

from __future__ import annotations

from changecontrol import models
from foundation.accounts.scope import Scope

VIEW = Scope("changecontrol.view_change")


def scopes() -> dict[type, Scope]:
    """Provider of ``access.scopes``."""
    return dict.fromkeys(
        (
            models.ChangeRequest, models.AffectedThing, models.ApprovalStep, models.Effectivity, models.ImpactEntry,
            models.OrderDecision,
        ),
        VIEW,
    )  # fmt: skip
