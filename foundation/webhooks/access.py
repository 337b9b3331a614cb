"""Who reads endpoints and what they were told: at the endpoint's site; those of every site, who may so at every site."""

from __future__ import annotations

from foundation.accounts.scope import Scope
from foundation.webhooks import models
from foundation.webhooks.policies import VIEW


def scopes() -> dict[type, Scope]:
    """Provider of ``access.scopes``."""
    return {
        models.Endpoint: Scope(VIEW, "site"),
        **dict.fromkeys((models.Delivery, models.Attempt), Scope(VIEW, "endpoint__site")),
    }
