"""Routing revisions, their problems, their graph, their comparison."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bom.models import BomRevision
from foundation.accounts.endpoints import IDEMPOTENCY
from foundation.core.api.writes import etag_given, once, with_etag
from foundation.core.texts import localized
from foundation.records.selectors import attach_revision_signatures
from routing import services
from routing.api.serializers import (
    ChangeSerializer,
    GraphSerializer,
    GraphWriteSerializer,
    ProblemSerializer,
    ReasonSerializer,
    RevisionSerializer,
    StartSerializer,
)
from routing.api.views.base import RoutingView
from routing.checks import validate_routing
from routing.models import RoutingRevision
from routing.selectors import card_content, card_hash, compare_routings, graph

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="ETag that GET gave")


def revision_or_404(pk: int) -> RoutingRevision:
    found: RoutingRevision = get_object_or_404(
        RoutingRevision.objects.select_related("item", "bom_revision__item"), pk=pk
    )
    return found


class RevisionList(RoutingView, ListAPIView):
    """All routings, newest first; filter by item, state, variant, purpose."""

    queryset = RoutingRevision.objects.select_related("item", "bom_revision")
    serializer_class = RevisionSerializer
    prepare = staticmethod(attach_revision_signatures)
    filterset_fields = ("item", "state", "variant", "purpose")

    @extend_schema(request=StartSerializer, responses={201: RevisionSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """Start a draft on a BOM revision: a copy of the item's last routing."""
        asked = StartSerializer(data=request.data)
        asked.is_valid(raise_exception=True)

        def start() -> tuple[int, Any]:
            data = asked.validated_data
            bom = get_object_or_404(BomRevision, pk=data.pop("bom_revision"))
            revision = services.start_routing(actor=self.actor, item_id=bom.item_id, bom_revision_id=bom.pk, **data)
            return 201, RevisionSerializer(revision_or_404(revision.pk)).data

        return once(request, "routing.start", start)


class RevisionDetail(RoutingView):
    @extend_schema(responses=RevisionSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A routing revision."""
        return Response(RevisionSerializer(revision_or_404(pk)).data)


class RevisionAct(RoutingView):
    """Submit, return, retire, discard."""

    verb = ""

    @extend_schema(request=ReasonSerializer, responses=RevisionSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Move the revision by its state table."""
        asked = ReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        reason = asked.validated_data["reason"]
        revision_or_404(pk)

        def act() -> tuple[int, Any]:
            if self.verb == "submit":
                services.submit_routing(actor=self.actor, revision_id=pk)
            elif self.verb == "return":
                services.return_routing(actor=self.actor, revision_id=pk, reason=reason)
            elif self.verb == "retire":
                services.retire_routing(actor=self.actor, revision_id=pk, reason=reason)
            else:
                services.discard_routing(actor=self.actor, revision_id=pk, reason=reason)
                return 200, {}
            return 200, RevisionSerializer(revision_or_404(pk)).data

        return once(request, f"routing.{self.verb}", act)


class Problems(RoutingView):
    @extend_schema(responses=ProblemSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """What stands between this routing and review, by operation."""
        return Response([problem.as_json() for problem in validate_routing(revision_or_404(pk))])


class CardPreview(RoutingView):
    @extend_schema(responses=dict[str, Any])
    def get(self, request: Request, pk: int) -> Response:
        """The content of the process card that this revision would publish, and the hash that approvers sign."""
        revision = revision_or_404(pk)
        return Response({"content": card_content(revision), "content_hash": card_hash(revision)})


class Comparison(RoutingView):
    @extend_schema(
        responses=ChangeSerializer(many=True),
        parameters=[OpenApiParameter("with", int, required=True, description="The older revision")],
    )
    def get(self, request: Request, pk: int) -> Response:
        """Line by line, what changed from the revision ``with`` to this one."""
        other = request.query_params.get("with", "")
        older = revision_or_404(int(other) if other.isdigit() else 0)
        changes = compare_routings(older, revision_or_404(pk))
        return Response([{"kind": c.kind, "where": c.where, "before": c.before, "after": c.after} for c in changes])


class Graph(RoutingView):
    """One endpoint reads and writes the graph; what was not read cannot be overwritten."""

    @extend_schema(responses=GraphSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Operations, links and declared loops, with the ETag to send back as If-Match."""
        revision = revision_or_404(pk)
        return with_etag(Response(drawn(revision)), graph(revision)["etag"])

    @extend_schema(request=GraphWriteSerializer, responses=GraphSerializer, parameters=[IF_MATCH])
    def put(self, request: Request, pk: int) -> Response:
        """Replace all links and loops. 412 with the graph as it is and the differences when someone else was first."""
        revision = revision_or_404(pk)
        asked = GraphWriteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        etag = etag_given(request)
        services.save_graph(actor=self.actor, revision_id=pk, edges=asked.validated_data["edges"], if_match=etag)
        return with_etag(Response(drawn(revision)), graph(revision)["etag"])


def drawn(revision: RoutingRevision) -> dict[str, Any]:
    """The graph with what a drawing needs: a label, an address, and the first problem of each operation."""
    found = graph(revision)
    problems: dict[int, str] = {}
    for problem in validate_routing(revision):
        if problem.operation is not None and problem.severity == "error":
            problems.setdefault(problem.operation, problem.text)
    editor = reverse("routing:editor", args=[revision.pk])
    nodes = [
        {
            **node,
            "number": str(node["number"]),
            "label": localized(node["name"]),
            "url": f"{editor}?op={node['id']}",
            "problem": problems.get(node["number"], ""),
        }
        for node in found["nodes"]
    ]
    return {**found, "nodes": nodes}
