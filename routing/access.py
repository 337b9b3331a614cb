"""Who reads routings and process cards: definitions are global."""

from __future__ import annotations

from foundation.accounts.scope import Scope
from routing import models

VIEW = Scope("routing.view_routing")


def scopes() -> dict[type, Scope]:
    """Provider of ``access.scopes``."""
    return dict.fromkeys(
        (
            models.ProcessCard, models.ParameterDefinition, models.RoutingRevision, models.Operation, models.OperationLink,
            models.Step, models.OperationParameter, models.MaterialUse, models.IntermediateMade,
        ),
        VIEW,
    )  # fmt: skip
