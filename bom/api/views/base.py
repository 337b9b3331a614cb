"""What every endpoint has: the reader is known and may read; writes ask the services."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter

from bom.models import BomRevision
from foundation.accounts.endpoints import Endpoint

VIEW = "bom.view_bom"
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="ETag that GET gave")


class BomView(Endpoint):
    """Everything here needs ``bom.view_bom``."""

    view_permission = VIEW
    always = True


def revision_or_404(pk: int) -> BomRevision:
    found: BomRevision = get_object_or_404(BomRevision.objects.select_related("item"), pk=pk)
    return found
