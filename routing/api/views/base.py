"""What every endpoint has: the reader is known and may read."""

from __future__ import annotations

from foundation.accounts.endpoints import Endpoint
from routing.policies import VIEW


class RoutingView(Endpoint):
    """Everything here needs ``routing.view_routing``, writes ask the services."""

    view_permission = VIEW
    always = True
