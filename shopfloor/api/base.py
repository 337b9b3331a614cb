"""What every endpoint of the floor has: a known actor who may read; an act that is done once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from foundation.accounts.policies import require
from foundation.accounts.scope import visible_rows
from foundation.accounts.web import actor_of
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.records.services import Credentials

IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="A UUID; a repeat gives the first answer again"
)
KEY_REQUIRED = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description="A UUID, kept with the entry"
)


class FloorView(APIView):
    """``self.actor`` asks; reading needs ``view_permission``, writes ask their services."""

    view_permission = "shopfloor.view_order"
    actor: Actor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.actor = actor_of(request)  # type: ignore[arg-type]
        if request.method in ("GET", "HEAD"):
            require(self.actor, self.view_permission)

    def get_queryset(self) -> Any:
        """Of a list: what this reader sees."""
        return visible_rows(super().get_queryset(), self.actor)  # type: ignore[misc]

    def read(self, form: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
        """The input in its shape. ValidationError (422) otherwise."""
        asked = form(data=request.data)
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)


def key_of(request: Request) -> UUID:
    """The idempotency key of an entry: it is kept in the entry itself. NotValid without one."""
    try:
        return UUID(request.headers.get("Idempotency-Key", ""))
    except ValueError:
        raise NotValid(
            _("Send an Idempotency-Key (UUID) with every entry."), code="idempotency-key", field="Idempotency-Key"
        ) from None


def credentials_in(data: dict[str, Any]) -> Credentials:
    """Takes ``identity`` and ``secret`` out of the input."""
    return Credentials(secret=data.pop("secret"), identity=data.pop("identity", ""))
