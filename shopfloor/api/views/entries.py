"""Entries on a card: steps, scans, files, reports; and what follows them."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.accounts.endpoints import IDEMPOTENCY, KEY_REQUIRED, SIGNING, credentials_in
from foundation.core.api.writes import once, with_etag
from foundation.core.canonical import content_hash
from shopfloor import services
from shopfloor.api.base import FloorView, key_of
from shopfloor.api.serializers import (
    AnswerSerializer,
    CorrectionSerializer,
    CorrectSerializer,
    DecideCorrectionSerializer,
    ExcludeSerializer,
    HandoverSerializer,
    LookSerializer,
    ProductionReportSerializer,
    RemoveSerializer,
    ReportSerializer,
    ScanSerializer,
    SecondCheckSerializer,
    StepEntrySerializer,
    StepRecordSerializer,
    StepResultSerializer,
    TestFileSerializer,
)
from shopfloor.models import Correction, ProductionReport, StepRecord
from shopfloor.services.checks import entry_content
from shopfloor.services.corrections import correction_content
from shopfloor.signed import attach_correction_signatures, attach_entry_signatures


def answered(result: services.StepResult) -> Response:
    """201 the first time, 200 for a repeat."""
    return Response(result.as_json(), status=200 if result.repeated else 201)


class StepList(FloorView, ListAPIView):
    """Entries, newest first; filter by card, step, piece."""

    queryset = StepRecord.objects.select_related("card")
    serializer_class = StepRecordSerializer
    prepare = staticmethod(attach_entry_signatures)
    filterset_fields = ("card", "step_key", "unit_no", "outcome")


class StepDetail(FloorView):
    @extend_schema(responses=StepRecordSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """One entry. The ETag is what a witness and a reviewer sign over."""
        rows = StepRecord.objects.visible_to(self.actor).select_related("card")
        found = get_object_or_404(rows, pk=pk)
        shown = content_hash(entry_content(found.card, found))
        return with_etag(Response(StepRecordSerializer(found).data), shown)


class CardSteps(FloorView):
    @extend_schema(request=StepEntrySerializer, responses={201: StepResultSerializer}, parameters=[KEY_REQUIRED])
    def post(self, request: Request, pk: int) -> Response:
        """Record a step. 422 ``confirm-out-of-limits`` asks once; the same key gives the first answer again."""
        data = self.read(StepEntrySerializer, request)
        result = services.record_step(actor=self.actor, card_id=pk, idempotency_key=key_of(request), **data)
        return answered(result)


class CardScans(FloorView):
    @extend_schema(request=ScanSerializer, responses={201: StepResultSerializer}, parameters=[KEY_REQUIRED])
    def post(self, request: Request, pk: int) -> Response:
        """Scan a container into the card."""
        data = self.read(ScanSerializer, request)
        result = services.scan_container(actor=self.actor, card_id=pk, idempotency_key=key_of(request), **data)
        return answered(result)


class CardFiles(FloorView):
    parser_classes = (MultiPartParser, FormParser)

    @extend_schema(request=TestFileSerializer, responses={201: StepResultSerializer}, parameters=[KEY_REQUIRED])
    def post(self, request: Request, pk: int) -> Response:
        """Attach a recorded test."""
        data = self.read(TestFileSerializer, request)
        upload = data.pop("file")
        result = services.attach_test_file(
            actor=self.actor,
            card_id=pk,
            idempotency_key=key_of(request),
            content=upload.read(),
            file_name=upload.name,
            **data,
        )
        return answered(result)


class CardReports(FloorView):
    @extend_schema(request=ReportSerializer, responses={201: ProductionReportSerializer}, parameters=[KEY_REQUIRED])
    def post(self, request: Request, pk: int) -> Response:
        """Report good, scrap and rework."""
        data = self.read(ReportSerializer, request)
        report = services.report_production(actor=self.actor, card_id=pk, idempotency_key=key_of(request), **data)
        return Response(ProductionReportSerializer(report).data, status=201)


class ReportList(FloorView, ListAPIView):
    """Production reports, newest first; filter by card."""

    queryset = ProductionReport.objects.all()
    serializer_class = ProductionReportSerializer
    filterset_fields = ("card",)


class StepCheck(FloorView):
    @extend_schema(request=LookSerializer, responses={201: SecondCheckSerializer}, parameters=SIGNING)
    def post(self, request: Request, pk: int) -> Response:
        """The second check of an entry."""
        data = self.read(LookSerializer, request)

        def do() -> tuple[int, Any]:
            given = credentials_in(request, data)
            credentials = given if given.secret else None
            look = services.Look(credentials=credentials, **data)
            check = services.second_check(actor=self.actor, record_id=pk, look=look)
            return 201, SecondCheckSerializer(check).data

        return once(request, f"shopfloor.step.check.{pk}", do)


class StepRemove(FloorView):
    @extend_schema(request=RemoveSerializer, responses={201: StepResultSerializer}, parameters=[KEY_REQUIRED])
    def post(self, request: Request, pk: int) -> Response:
        """Take out what a scan put in."""
        data = self.read(RemoveSerializer, request)
        result = services.remove_part(
            actor=self.actor,
            record_id=pk,
            return_to_id=data.pop("return_to"),
            idempotency_key=key_of(request),
            **data,
        )
        return answered(result)


class StepCorrections(FloorView):
    @extend_schema(request=CorrectSerializer, responses={201: CorrectionSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """The line leader asks for a correction."""
        data = self.read(CorrectSerializer, request)

        def do() -> tuple[int, Any]:
            asked = services.request_correction(
                actor=self.actor, record_id=pk, new_value=data["value"], reason=data["reason"]
            )
            return 201, CorrectionSerializer(asked).data

        return once(request, f"shopfloor.step.correction.{pk}", do)


class CorrectionList(FloorView, ListAPIView):
    """Corrections, newest first; filter by state."""

    queryset = Correction.objects.select_related("record__card")
    serializer_class = CorrectionSerializer
    prepare = staticmethod(attach_correction_signatures)
    filterset_fields = ("state", "record__card")


class CorrectionDetail(FloorView):
    @extend_schema(responses=CorrectionSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """One correction. The ETag is what quality signs over."""
        rows = Correction.objects.visible_to(self.actor).select_related("record__card")
        found = get_object_or_404(rows, pk=pk)
        shown = content_hash(correction_content(found, found.record))
        return with_etag(Response(CorrectionSerializer(found).data), shown)


class CorrectionDecide(FloorView):
    @extend_schema(request=DecideCorrectionSerializer, responses=CorrectionSerializer, parameters=SIGNING)
    def post(self, request: Request, pk: int) -> Response:
        """Quality approves or refuses, signed."""
        data = self.read(DecideCorrectionSerializer, request)

        def do() -> tuple[int, Any]:
            decide = services.approve_correction if data.pop("approved") else services.refuse_correction
            credentials = credentials_in(request, data)
            done = decide(actor=self.actor, correction_id=pk, credentials=credentials, note=data["note"])
            return 200, CorrectionSerializer(done).data

        return once(request, f"shopfloor.correction.decide.{pk}", do)


class HandoverAnswer(FloorView):
    @extend_schema(request=AnswerSerializer, responses=HandoverSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Accept or dispute a handover."""
        data = self.read(AnswerSerializer, request)

        def do() -> tuple[int, Any]:
            done = services.answer_handover(actor=self.actor, handover_id=pk, **data)
            return 200, HandoverSerializer(done).data

        return once(request, f"shopfloor.handover.{pk}", do)


class FileExclusions(FloorView):
    @extend_schema(request=ExcludeSerializer, responses={201: StepResultSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Quality excludes implausible samples with a reason."""
        data = self.read(ExcludeSerializer, request)

        def do() -> tuple[int, Any]:
            return 201, services.exclude_sample(actor=self.actor, test_file_id=pk, **data).as_json()

        return once(request, f"shopfloor.exclusion.{pk}", do)
