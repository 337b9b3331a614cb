"""What every endpoint has: the reader is known and may read."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.views import APIView

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.actor import Actor
from routing.policies import VIEW


class RoutingView(APIView):
    """``self.actor`` is who asks; everything here needs ``routing.view_routing``, writes ask the services."""

    actor: Actor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.actor = actor_of(request)  # type: ignore[arg-type]
        require(self.actor, VIEW)
