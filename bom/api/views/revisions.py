"""Revisions: content, edits of drafts, acts, explosion, cost, comparison."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bom.api.serializers import (
    BomCostSerializer,
    BomLineChangeSerializer,
    BomProblemSerializer,
    BomReasonSerializer,
    BomRevisionDetailSerializer,
    BomRevisionSerializer,
    BomStartSerializer,
    ExplodedLineSerializer,
)
from bom.api.views.base import IF_MATCH, BomView, revision_or_404
from bom.models import BomRevision
from bom.selectors import bom_content, check_revision, compare, explode, rolled_up_cost
from bom.services import discard_draft, retire_revision, return_revision, start_revision, submit_revision
from foundation.accounts.endpoints import IDEMPOTENCY
from foundation.core.api.writes import etag_given, once, with_etag
from foundation.core.errors import NotValid
from foundation.records.selectors import attach_revision_signatures


def detail(revision: BomRevision) -> dict[str, Any]:
    """The revision with its canonical content."""
    content = bom_content(revision)
    return {
        **BomRevisionSerializer(revision).data,
        "lines": content["lines"],
        "tools": content["tools"],
        "line_ids": dict(revision.lines.values_list("position", "id")),
        "tool_ids": dict(revision.tools.values_list("position", "id")),
    }


class RevisionList(BomView, ListAPIView[Any]):
    """Revisions, newest first; filter by item and state."""

    serializer_class = BomRevisionSerializer
    queryset = BomRevision.objects.select_related("item")
    filterset_fields = ("item", "state", "number")
    prepare = staticmethod(attach_revision_signatures)

    @extend_schema(request=BomStartSerializer, responses={201: BomRevisionDetailSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """Start the next draft of an item's parts list, as a copy of the approved one (or of ``copy_of``)."""
        asked = BomStartSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data

        def start() -> tuple[int, Any]:
            revision = start_revision(
                actor=self.actor, item_id=data["item"], copy_of=data["copy_of"], reason=data["reason"]
            )
            return 201, detail(revision_or_404(revision.pk))

        return once(request, "bom.revision.start", start)


class RevisionDetail(BomView):
    @extend_schema(responses=BomRevisionDetailSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A revision with its lines and tools, and its ETag."""
        revision = revision_or_404(pk)
        return with_etag(Response(detail(revision)), revision.etag)

    @extend_schema(request=BomReasonSerializer, responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Discard a draft, with a reason. Its history stays."""
        revision_or_404(pk)
        asked = BomReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        discard_draft(actor=self.actor, revision_id=pk, reason=asked.validated_data["reason"])
        return Response(status=204)


class RevisionSubmit(BomView):
    @extend_schema(request=None, responses=BomRevisionSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, pk: int) -> Response:
        """Freeze the draft for review; 422 lists what is wrong, by line."""
        revision_or_404(pk)
        revision = submit_revision(actor=self.actor, revision_id=pk, expected=etag_given(request))
        return with_etag(Response(BomRevisionSerializer(revision).data), revision.etag)


class RevisionReturn(BomView):
    @extend_schema(request=BomReasonSerializer, responses=BomRevisionSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Back to draft, with a reason."""
        revision_or_404(pk)
        asked = BomReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)

        def act() -> tuple[int, Any]:
            reason = asked.validated_data["reason"]
            revision = return_revision(actor=self.actor, revision_id=pk, reason=reason)
            return 200, BomRevisionSerializer(revision).data

        return once(request, f"bom.revision.return.{pk}", act)


class RevisionRetire(BomView):
    @extend_schema(request=BomReasonSerializer, responses=BomRevisionSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Take an approved revision out of use, with a reason."""
        revision_or_404(pk)
        asked = BomReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)

        def act() -> tuple[int, Any]:
            reason = asked.validated_data["reason"]
            revision = retire_revision(actor=self.actor, revision_id=pk, reason=reason)
            return 200, BomRevisionSerializer(revision).data

        return once(request, f"bom.revision.retire.{pk}", act)


class RevisionProblems(BomView):
    @extend_schema(responses=BomProblemSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Everything that is wrong with the revision, or worth a look."""
        return Response([problem.as_json() for problem in check_revision(revision_or_404(pk))])


class RevisionExplosion(BomView):
    @extend_schema(
        responses=ExplodedLineSerializer(many=True),
        parameters=[
            OpenApiParameter("quantity", str, description="pieces to explode for (default 1)"),
            OpenApiParameter("everything", bool, description="also what the default build leaves out"),
        ],
    )
    def get(self, request: Request, pk: int) -> Response:
        """Every node below the revision, with rolled-up quantities."""
        revision_or_404(pk)
        everything = request.query_params.get("everything", "") in {"1", "true"}
        lines = explode(pk, _quantity(request), everything=everything)
        return Response(
            [
                {
                    "level": line.level,
                    "path": line.path,
                    "item_id": line.item.id,
                    "item_number": line.item.number,
                    "name": line.item.name,
                    "quantity": f"{line.quantity:f}",
                    "quantity_each": f"{line.quantity_each:f}",
                    "unit": line.unit,
                    "role": line.role,
                    "taken": line.taken,
                    "approximate": line.approximate,
                    "child_revision_id": line.child_revision_id,
                }
                for line in lines
            ]
        )


def _quantity(request: Request) -> Decimal:
    try:
        quantity = Decimal(request.query_params.get("quantity", "1"))
    except InvalidOperation:
        quantity = Decimal(0)
    if not quantity.is_finite() or not 0 < quantity <= 10**9:
        raise NotValid(_("The quantity is more than nothing."), code="not-positive", field="quantity")
    return quantity


class RevisionCost(BomView):
    @extend_schema(responses=BomCostSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Rolled-up material cost of one piece, with everything that makes it uncertain."""
        revision_or_404(pk)
        cost = rolled_up_cost(pk)
        elements = [
            {
                "path": element.path,
                "item_id": element.item.id,
                "item_number": element.item.number,
                "quantity": f"{element.quantity:f}",
                "unit": element.unit,
                "amount": None if element.amount is None else f"{element.amount:f}",
                "reasons": element.reasons,
            }
            for element in cost.elements
        ]
        assemblies = [
            {
                "path": assembly.path,
                "item_id": assembly.item.id,
                "item_number": assembly.item.number,
                "quantity": f"{assembly.quantity:f}",
                "rolled_up": f"{assembly.rolled_up:f}",
                "stated": None if assembly.stated is None else f"{assembly.stated:f}",
            }
            for assembly in cost.assemblies
        ]
        body = {"amount": f"{cost.amount:f}", "currency": cost.currency, "elements": elements, "assemblies": assemblies}
        return Response(body)


class RevisionComparison(BomView):
    @extend_schema(
        responses=BomLineChangeSerializer(many=True),
        parameters=[OpenApiParameter("with", int, required=True, description="the older revision")],
    )
    def get(self, request: Request, pk: int) -> Response:
        """What changes from the revision ``with`` to this one, line by line."""
        asked = request.query_params.get("with", "")
        older = get_object_or_404(BomRevision.objects.select_related("item"), pk=asked if asked.isdigit() else 0)
        changes = compare(older, revision_or_404(pk)).changes
        return Response(
            [
                {
                    "kind": change.kind,
                    "position": change.position,
                    "is_tool": change.is_tool,
                    "before": change.before,
                    "after": change.after,
                    "fields": change.fields,
                }
                for change in changes
            ]
        )
