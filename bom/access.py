"""Who reads parts lists: definitions are global."""

from __future__ import annotations

from bom import models
from foundation.accounts.scope import Scope

VIEW = Scope("bom.view_bom")


def scopes() -> dict[type, Scope]:
    """Provider of ``access.scopes``."""
    return dict.fromkeys(
        (
            models.Item, models.Supplier, models.ApprovedSource, models.StandardCost, models.BomRevision, models.BomLine,
            models.BomTool, models.Baseline, models.BaselineEntry, models.BaselineApproval,
        ),
        VIEW,
    )  # fmt: skip
