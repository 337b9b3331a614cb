"""Who reads the floor's records: those of orders of the reader's sites."""

from __future__ import annotations

from foundation.accounts.scope import Scope
from shopfloor import models
from shopfloor.policies import VIEW


def scopes() -> dict[type, Scope]:
    """Provider of ``access.scopes``."""
    of_card = (
        models.CardEvent,
        models.Handover,
        models.StepRecord,
        models.ProductionReport,
        models.PieceMove,
        models.TestFile,
    )
    return {
        models.WorkOrder: Scope(VIEW, "site"),
        **dict.fromkeys((models.ProductionBatch, models.WorkCard), Scope(VIEW, "order__site")),
        **dict.fromkeys((models.BatchUnit, models.TravelCard), Scope(VIEW, "batch__order__site")),
        **dict.fromkeys(of_card, Scope(VIEW, "card__order__site")),
        **dict.fromkeys((models.SecondCheck, models.Correction), Scope(VIEW, "record__card__order__site")),
        models.SampleExclusion: Scope(VIEW, "test_file__card__order__site"),
    }
