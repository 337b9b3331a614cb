"""What every view of this API does: ask the right, check the shape, do it once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.actor import Actor
from foundation.core.api.writes import once
from resources.inventory.policies import VIEW

IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="A UUID: the same request is done once"
)


class StockView(APIView):
    """Reading needs ``inventory.view_stock``; what a write needs its service asks."""

    permission = VIEW

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            require(self.actor, self.permission)

    def get_queryset(self) -> Any:
        """Of a list: what this reader sees."""
        return super().get_queryset().visible_to(self.actor)  # type: ignore[misc]

    def write(
        self, scope: str, shape: type[serializers.Serializer[Any]], do: Callable[[dict[str, Any]], tuple[int, Any]]
    ) -> Response:
        """Check the body, run ``do(values)`` once for its idempotency key, answer (status, body)."""
        body = shape(data=self.request.data)
        body.is_valid(raise_exception=True)
        return once(self.request, f"inventory.{scope}", lambda: do(dict(body.validated_data)))
