"""Baselines: propose, sign, withdraw."""

from __future__ import annotations

from typing import Any

from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bom.api.serializers import (
    BaselineProposeSerializer,
    BaselineSerializer,
    BaselineSignSerializer,
    BomReasonSerializer,
)
from bom.api.views.base import BomView
from bom.models import Baseline
from bom.selectors import attach_baseline_signatures
from bom.services import approve_baseline, propose_baseline, withdraw_baseline
from bom.services.baselines import shown_of
from foundation.accounts.endpoints import IDEMPOTENCY, SIGNING, credentials_in
from foundation.core.api.writes import once, with_etag
from foundation.records.manifest import ManifestSerializer


def _baseline(pk: int) -> dict[str, Any]:
    return _told([get_object_or_404(Baseline, pk=pk)])[0]


def _told(rows: list[Baseline]) -> list[dict[str, Any]]:
    """The same of one and of many, with no more queries for many."""
    prefetch_related_objects(rows, "entries__revision", "approvals__signer")
    attach_baseline_signatures(rows)
    return [
        {
            "id": row.pk,
            "number": row.number,
            "title": row.title,
            "state": row.state,
            "entries": [
                {"revision": entry.revision_id, "number": entry.revision.number, "content_hash": entry.content_hash}
                for entry in sorted(row.entries.all(), key=lambda entry: entry.revision.number)
            ],
            "signed": {one.side: one.signer.name for one in row.approvals.all()},
            "signatures": ManifestSerializer(row.manifests, many=True).data,  # type: ignore[attr-defined]
        }
        for row in rows
    ]


class BaselineList(BomView):
    @extend_schema(responses=BaselineSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All baselines, newest first."""
        return Response(_told(list(Baseline.objects.order_by("-id")[:50])))

    @extend_schema(request=BaselineProposeSerializer, responses={201: BaselineSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """Submit first drafts and list them for two signatures."""
        asked = BaselineProposeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data

        def propose() -> tuple[int, Any]:
            made = propose_baseline(actor=self.actor, revision_ids=data["revisions"], title=data["title"])
            return 201, _baseline(made.pk)

        return once(request, "bom.baseline.propose", propose)


class BaselineDetail(BomView):
    @extend_schema(responses=BaselineSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A baseline with what is signed and by whom. The ETag is what a signature is over."""
        return with_etag(Response(_baseline(pk)), shown_of(get_object_or_404(Baseline, pk=pk)))


class BaselineSign(BomView):
    @extend_schema(request=BaselineSignSerializer, responses=BaselineSerializer, parameters=SIGNING)
    def post(self, request: Request, pk: int) -> Response:
        """Sign for one side. The second side approves every revision of the list."""
        get_object_or_404(Baseline, pk=pk)
        asked = BaselineSignSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        credentials = credentials_in(request, data)

        def sign() -> tuple[int, Any]:
            approve_baseline(actor=self.actor, baseline_id=pk, side=data["side"], credentials=credentials)
            return 200, _baseline(pk)

        return once(request, f"bom.baseline.sign.{pk}", sign)


class BaselineWithdraw(BomView):
    @extend_schema(request=BomReasonSerializer, responses=BaselineSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Take the list back; its revisions are drafts again."""
        get_object_or_404(Baseline, pk=pk)
        asked = BomReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)

        def withdraw() -> tuple[int, Any]:
            withdraw_baseline(actor=self.actor, baseline_id=pk, reason=asked.validated_data["reason"])
            return 200, _baseline(pk)

        return once(request, f"bom.baseline.withdraw.{pk}", withdraw)
