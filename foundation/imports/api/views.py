"""Imports over the API: the same staging, review and commit as on screen."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.accounts.endpoints import Endpoint
from foundation.core.api.writes import etag_given, with_etag
from foundation.imports import services
from foundation.imports.api.serializers import (
    ImportAcceptSerializer,
    ImportAddRowSerializer,
    ImportBatchSerializer,
    ImportCorrectSerializer,
    ImportMapSerializer,
    ImportReasonSerializer,
    ImportStageSerializer,
    StagedRowSerializer,
)
from foundation.imports.models import ImportBatch, StagedRow
from foundation.imports.schema import text_of
from foundation.imports.selectors import SHOWN, preview_of, rows_of, texts_of
from foundation.imports.states import STAGE

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="ETag that GET gave")


class ImportView(Endpoint):
    """Everything here needs ``imports.stage_file``; a commit also what the schema asks for."""

    view_permission = STAGE
    always = True

    def answer(self, pk: int, status: int = 200) -> Response:
        batch = batch_or_404(pk)
        return with_etag(Response(ImportBatchSerializer(batch).data, status=status), batch.etag)


def batch_or_404(pk: int) -> ImportBatch:
    found: ImportBatch = get_object_or_404(ImportBatch.objects.select_related("original__file"), pk=pk)
    return found


class BatchList(ImportView, ListAPIView[Any]):
    """Imports, newest first; filter by schema and state."""

    serializer_class = ImportBatchSerializer
    queryset = ImportBatch.objects.select_related("original__file")
    filterset_fields = ("schema", "state")
    parser_classes = (MultiPartParser, FormParser)

    @extend_schema(request=ImportStageSerializer, responses={201: ImportBatchSerializer})
    def post(self, request: Request) -> Response:
        """Upload a CSV or XLSX file: it is kept and read; nothing else is written."""
        asked = ImportStageSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = dict(asked.validated_data)
        file = data.pop("file")
        batch = services.stage_file(actor=self.actor, content=file.read(), name=file.name, **data)
        return self.answer(batch.pk, 201)


class BatchDetail(ImportView):
    @extend_schema(responses=ImportBatchSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """An import, with its ETag."""
        return self.answer(pk)


class BatchMap(ImportView):
    @extend_schema(request=ImportMapSerializer, responses=ImportBatchSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, pk: int) -> Response:
        """Say which column is which field, and review every row."""
        batch_or_404(pk)
        asked = ImportMapSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        services.map_columns(actor=self.actor, batch_id=pk, expected=etag_given(request), **asked.validated_data)
        return self.answer(pk)


class BatchRows(ImportView, ListAPIView[Any]):
    """Rows with their readings and problems; ``show``: all, open, error, warning, suggestion; ``kind``: row or group."""

    serializer_class = StagedRowSerializer
    queryset = StagedRow.objects.none()
    filter_backends = ()

    @extend_schema(
        parameters=[
            OpenApiParameter("show", str, enum=list(SHOWN), description="which rows"),
            OpenApiParameter("kind", str, enum=["row", "group"]),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[StagedRow]:
        query = self.request.query_params
        return rows_of(batch_or_404(self.kwargs["pk"]), query.get("show", "all"), query.get("kind", "row"))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        batch = batch_or_404(self.kwargs["pk"])
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([_row(batch, row) for row in page])

    @extend_schema(request=ImportCorrectSerializer, responses=ImportBatchSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, pk: int) -> Response:
        """Correct cells and decide, for many rows at once."""
        batch_or_404(pk)
        asked = ImportCorrectSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        changes = asked.validated_data["changes"]
        services.correct_rows(actor=self.actor, batch_id=pk, changes=changes, expected=etag_given(request))
        return self.answer(pk)

    @extend_schema(request=ImportAddRowSerializer, responses={201: ImportBatchSerializer}, parameters=[IF_MATCH])
    def post(self, request: Request, pk: int) -> Response:
        """Add a row that the file lacks, with a reason."""
        batch_or_404(pk)
        asked = ImportAddRowSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        services.add_row(actor=self.actor, batch_id=pk, expected=etag_given(request), **asked.validated_data)
        return self.answer(pk, 201)


def _row(batch: ImportBatch, row: StagedRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "kind": row.kind,
        "row_number": row.row_number,
        "status": row.status,
        "values": texts_of(batch, row) if row.kind != "group" else {},
        "decisions": row.decisions,
        "reading": row.reading,
        "problems": [
            {
                "key": problem["key"],
                "code": problem["code"],
                "column": problem["column"],
                "severity": problem["severity"],
                "text": text_of(problem),
                "suggestion": problem["suggestion"],
                "choices": problem["choices"],
                "resolved": problem["resolved"],
            }
            for problem in row.problems
        ],
    }


class BatchAccept(ImportView):
    @extend_schema(request=ImportAcceptSerializer, responses=ImportBatchSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, pk: int) -> Response:
        """Accept how rows are read."""
        batch_or_404(pk)
        asked = ImportAcceptSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        services.accept_suggestions(actor=self.actor, batch_id=pk, expected=etag_given(request), **asked.validated_data)
        return self.answer(pk)


class BatchPreview(ImportView):
    @extend_schema(responses={200: {"type": "object", "additionalProperties": True}})
    def get(self, request: Request, pk: int) -> Response:
        """What a commit would write and change, as the schema tells it."""
        batch = batch_or_404(pk)
        return with_etag(Response(preview_of(batch)), batch.etag)


class BatchCommit(ImportView):
    @extend_schema(request=None, responses=ImportBatchSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, pk: int) -> Response:
        """Write all of it, or nothing. The ETag is that of the preview."""
        batch_or_404(pk)
        services.commit_batch(actor=self.actor, batch_id=pk, expected=etag_given(request))
        return self.answer(pk)


class BatchAbandon(ImportView):
    @extend_schema(request=ImportReasonSerializer, responses=ImportBatchSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Work on this import no more."""
        batch_or_404(pk)
        asked = ImportReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        services.abandon_batch(actor=self.actor, batch_id=pk, reason=asked.validated_data["reason"])
        return self.answer(pk)
