"""What every view of this API does: ask the right, check the shape, do it once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from foundation.accounts.endpoints import SeenEndpoint
from foundation.core.api.writes import once
from resources.inventory.policies import VIEW


class StockView(SeenEndpoint):
    """Reading needs ``inventory.view_stock``; what a write needs its service asks."""

    view_permission = VIEW

    def write(
        self, scope: str, shape: type[serializers.Serializer[Any]], do: Callable[[dict[str, Any]], tuple[int, Any]]
    ) -> Response:
        """Check the body, run ``do(values)`` once for its idempotency key, answer (status, body)."""
        values = self.read(shape, self.request)
        return once(self.request, f"inventory.{scope}", lambda: do(values))
