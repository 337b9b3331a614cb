"""Batch records over the API: read, review, release, take the package away; the same services as on screen."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from dhr import services
from dhr.api.serializers import (
    PackageJobSerializer,
    PackageSerializer,
    ReasonSerializer,
    RecordSerializer,
    ReleaseRequestSerializer,
    ReleaseSerializer,
    ReviewRequestSerializer,
)
from dhr.compile import load_scope, record_content
from dhr.compile.content import facts_of
from dhr.models import DeviceHistoryRecord, Package
from dhr.selectors import attach_record_signatures
from dhr.services.packaging import KIND
from foundation.accounts.endpoints import IDEMPOTENCY, SIGNING, Endpoint, credentials_in
from foundation.core.api.writes import once, with_etag
from foundation.core.canonical import canonical_json, content_hash
from foundation.core.models import Job
from foundation.core.refs import RecordRef
from foundation.core.web.tables import note_handed_out
from foundation.files.web import download


class RecordView(Endpoint):
    """Reading needs ``dhr.view_record``, writes ask their services."""

    view_permission = "dhr.view_record"

    def records(self) -> QuerySet[DeviceHistoryRecord]:
        """What this reader sees."""
        rows = DeviceHistoryRecord.objects.visible_to(self.actor)
        seen: QuerySet[DeviceHistoryRecord] = rows.select_related("batch__order", "lot__item")
        return seen

    def record(self, pk: int) -> dict[str, Any]:
        """One of them as JSON; 404 for any other."""
        return dict(RecordSerializer(get_object_or_404(self.records(), pk=pk)).data)


class RecordList(RecordView, ListAPIView):
    """Batch records, newest first; filter by state, order or lot."""

    queryset = DeviceHistoryRecord.objects.none()
    serializer_class = RecordSerializer
    prepare = staticmethod(attach_record_signatures)
    filterset_fields = ("state", "batch__order__number", "lot__number", "lot__serial")

    def get_queryset(self) -> QuerySet[DeviceHistoryRecord]:
        return self.records()


class RecordDetail(RecordView):
    @extend_schema(responses=RecordSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """One batch record. The ETag is what a review and a release sign over: all of its content but the moment of reading."""
        found = get_object_or_404(self.records(), pk=pk)
        shown = content_hash(facts_of(record_content(load_scope(found))))
        return with_etag(Response(RecordSerializer(found).data), shown)


class RecordContent(RecordView):
    """The whole content as canonical JSON (docs/domain/dhr-data.md); its hash is the ETag."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int) -> HttpResponse:
        content = record_content(load_scope(get_object_or_404(self.records(), pk=pk)))
        response = HttpResponse(canonical_json(content), content_type="application/json")
        response["ETag"] = f'"{content_hash(content)}"'
        return response


class RecordReview(RecordView):
    @extend_schema(request=ReviewRequestSerializer, responses=RecordSerializer, parameters=SIGNING)
    def post(self, request: Request, pk: int) -> Response:
        data = self.read(ReviewRequestSerializer, request)

        def do() -> tuple[int, Any]:
            services.review_record(
                actor=self.actor, record_id=pk, credentials=credentials_in(request, data), note=data["note"]
            )
            return 200, self.record(pk)

        return once(request, f"dhr.review.{pk}", do)


class RecordReopen(RecordView):
    @extend_schema(request=ReasonSerializer, responses=RecordSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        data = self.read(ReasonSerializer, request)

        def do() -> tuple[int, Any]:
            services.reopen_record(actor=self.actor, record_id=pk, reason=data["reason"])
            return 200, self.record(pk)

        return once(request, f"dhr.reopen.{pk}", do)


class RecordRelease(RecordView):
    @extend_schema(request=ReleaseRequestSerializer, responses={201: ReleaseSerializer}, parameters=SIGNING)
    def post(self, request: Request, pk: int) -> Response:
        data = self.read(ReleaseRequestSerializer, request)

        def do() -> tuple[int, Any]:
            release = services.release_record(
                actor=self.actor,
                record_id=pk,
                credentials=credentials_in(request, data),
                stock_unit_ids=data["stock_units"],
                place=data["place"],
                note=data["note"],
            )
            return 201, dict(ReleaseSerializer(release).data)

        return once(request, f"dhr.release.{pk}", do)


class RecordPackage(RecordView):
    """POST asks the worker for the package of the newest signed version; GET tells how far it is."""

    @extend_schema(request=None, responses={202: PackageJobSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        def do() -> tuple[int, Any]:
            return 202, _job(services.request_package(actor=self.actor, record_id=pk))

        return once(request, f"dhr.package.{pk}", do)

    @extend_schema(responses=PackageJobSerializer)
    def get(self, request: Request, pk: int) -> Response:
        record = get_object_or_404(self.records(), pk=pk)
        rows = Job.objects.filter(kind=KIND, payload__record=record.pk).order_by("-pk")
        return Response(_job(get_object_or_404(rows[:1])))


class PackageDownload(RecordView):
    """The package's bytes."""

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, sha256: str) -> HttpResponse:
        rows = Package.objects.visible_to(self.actor).select_related("record")
        package = get_object_or_404(rows, sha256=sha256)
        content = services.package_path(package.sha256).read_bytes()
        note_handed_out(request, f"package {package.file_name}", record=RecordRef.to(package.record))
        return download(content, name=package.file_name, media_type="application/zip")


def _job(job: Job) -> dict[str, Any]:
    made = Package.objects.filter(job_key=job.unique_key).first()
    return {
        "job": job.pk,
        "state": job.state,
        "progress": job.progress,
        "package": dict(PackageSerializer(made).data) if made else None,
    }
