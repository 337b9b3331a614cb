"""What every endpoint has: the reader is known and may read; writes ask the services."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.views import APIView

from bom.models import BomRevision
from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.actor import Actor

VIEW = "bom.view_bom"
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="ETag that GET gave")
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="A UUID; repeats are done once"
)


class BomView(APIView):
    """``self.actor`` is who asks; everything here needs ``bom.view_bom``."""

    actor: Actor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.actor = actor_of(request)
        require(self.actor, VIEW)


def revision_or_404(pk: int) -> BomRevision:
    found: BomRevision = get_object_or_404(BomRevision.objects.select_related("item"), pk=pk)
    return found
