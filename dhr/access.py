"""Who reads batch records: those of orders of the reader's sites."""

from __future__ import annotations

from dhr import models
from foundation.accounts.scope import Scope

VIEW = "dhr.view_record"


def scopes() -> dict[type, Scope]:
    """Provider of ``access.scopes``."""
    parts = (models.RecordVersion, models.AuditTrailReview, models.Release, models.Addendum, models.Package)
    return {
        models.DeviceHistoryRecord: Scope(VIEW, "batch__order__site"),
        **dict.fromkeys(parts, Scope(VIEW, "record__batch__order__site")),
    }
