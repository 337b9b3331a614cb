"""Lines and tools of a draft. Every edit needs the ETag of the revision, and answers with the new one."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bom.api.serializers import BomLineSerializer, BomRevisionDetailSerializer, BomToolSerializer
from bom.api.views.base import IF_MATCH, BomView, revision_or_404
from bom.api.views.revisions import detail
from bom.models import BomLine, BomTool
from bom.services import (
    LineData,
    ToolData,
    add_line,
    add_tool,
    change_line,
    change_tool,
    remove_line,
    remove_tool,
)
from foundation.accounts.endpoints import IDEMPOTENCY
from foundation.core.api.writes import etag_given, once, with_etag


def _answer(pk: int, status: int = 200) -> Response:
    revision = revision_or_404(pk)
    return with_etag(Response(detail(revision), status=status), revision.etag)


class RevisionLines(BomView):
    @extend_schema(
        request=BomLineSerializer, responses={201: BomRevisionDetailSerializer}, parameters=[IF_MATCH, IDEMPOTENCY]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Add a line to a draft."""
        revision_or_404(pk)
        asked = BomLineSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        etag = etag_given(request)

        def add() -> tuple[int, Any]:
            add_line(actor=self.actor, revision_id=pk, line=LineData(**asked.validated_data), expected=etag)
            return 201, detail(revision_or_404(pk))

        return with_etag(once(request, f"bom.line.add.{pk}", add), revision_or_404(pk).etag)


class Line(BomView):
    @extend_schema(request=BomLineSerializer, responses=BomRevisionDetailSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, pk: int) -> Response:
        """Change fields of a line."""
        line = get_object_or_404(BomLine, pk=pk)
        asked = BomLineSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        change_line(actor=self.actor, line_id=pk, changes=asked.validated_data, expected=etag_given(request))
        return _answer(line.revision_id)

    @extend_schema(responses=BomRevisionDetailSerializer, parameters=[IF_MATCH])
    def delete(self, request: Request, pk: int) -> Response:
        """Take a line out of a draft."""
        line = get_object_or_404(BomLine, pk=pk)
        remove_line(actor=self.actor, line_id=pk, expected=etag_given(request))
        return _answer(line.revision_id)


class RevisionTools(BomView):
    @extend_schema(
        request=BomToolSerializer, responses={201: BomRevisionDetailSerializer}, parameters=[IF_MATCH, IDEMPOTENCY]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Add a tool to a draft."""
        revision_or_404(pk)
        asked = BomToolSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        etag = etag_given(request)

        def add() -> tuple[int, Any]:
            add_tool(actor=self.actor, revision_id=pk, tool=ToolData(**asked.validated_data), expected=etag)
            return 201, detail(revision_or_404(pk))

        return with_etag(once(request, f"bom.tool.add.{pk}", add), revision_or_404(pk).etag)


class Tool(BomView):
    @extend_schema(request=BomToolSerializer, responses=BomRevisionDetailSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, pk: int) -> Response:
        """Change fields of a tool."""
        tool = get_object_or_404(BomTool, pk=pk)
        asked = BomToolSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        change_tool(actor=self.actor, tool_id=pk, changes=asked.validated_data, expected=etag_given(request))
        return _answer(tool.revision_id)

    @extend_schema(responses=BomRevisionDetailSerializer, parameters=[IF_MATCH])
    def delete(self, request: Request, pk: int) -> Response:
        """Take a tool out of a draft."""
        tool = get_object_or_404(BomTool, pk=pk)
        remove_tool(actor=self.actor, tool_id=pk, expected=etag_given(request))
        return _answer(tool.revision_id)
