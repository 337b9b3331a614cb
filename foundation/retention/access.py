"""Rules, legal holds and archives are of every site: who keeps records reads them all (question ``access.scopes``)."""

from __future__ import annotations

from foundation.accounts.scope import Scope
from foundation.retention import models
from foundation.retention.states import VIEW


def scopes() -> dict[type, Scope]:
    """Provider of ``access.scopes``."""
    of_keeping = (
        models.RetentionRule, models.LegalHold, models.Archive, models.ArchiveCheck, models.KeepingEnded,
    )  # fmt: skip
    return dict.fromkeys(of_keeping, Scope(VIEW))
