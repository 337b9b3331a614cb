"""Nonconformances, dispositions, deviations and inspections over the API: the same services as on screen."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.accounts.endpoints import IDEMPOTENCY, SIGNING, Endpoint, credentials_in
from foundation.accounts.scope import visible_rows
from foundation.core.api.writes import once, with_etag
from foundation.core.canonical import content_hash
from quality import selectors, services
from quality.api.serializers import (
    AssessmentSerializer,
    CauseSerializer,
    ClosingReasonSerializer,
    DecideAssessmentSerializer,
    DecideDeviationSerializer,
    DecideSerializer,
    DeviationSerializer,
    DispositionSerializer,
    InspectionSerializer,
    NonconformanceSerializer,
    NoteSerializer,
    RaiseDeviationSerializer,
    RaiseSerializer,
)
from quality.models import Deviation, GaugeAssessment, Inspection, Nonconformance
from quality.selectors import assessment_content, deviation_content, nonconformance_shown
from quality.services.deviations import Departure
from quality.services.dispositions import Choice
from quality.services.places import Found


class QualityView(Endpoint):
    """Reading needs ``quality.view_quality``, writes ask their services."""

    view_permission = "quality.view_quality"

    def nonconformances(self) -> QuerySet[Nonconformance]:
        """What this reader sees."""
        return visible_rows(selectors.nonconformances(), self.actor)


def _nonconformance(pk: int, rows: QuerySet[Nonconformance]) -> dict[str, Any]:
    return dict(NonconformanceSerializer(get_object_or_404(rows, pk=pk)).data)


class NonconformanceList(QualityView, ListAPIView):
    """Nonconformances, newest first; filter by state, source, order, lot, card."""

    queryset = Nonconformance.objects.none()
    serializer_class = NonconformanceSerializer
    prepare = staticmethod(selectors.attach_nonconformance_signatures)
    filterset_fields = ("state", "source", "order_number", "lot", "card_id")

    def get_queryset(self) -> QuerySet[Nonconformance]:
        return self.nonconformances()

    @extend_schema(request=RaiseSerializer, responses={201: NonconformanceSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """Raise one: contained at once."""
        data = self.read(RaiseSerializer, request)

        def do() -> tuple[int, Any]:
            record = services.raise_nonconformance(
                actor=self.actor,
                source="report",
                lot_id=data.pop("lot"),
                stock_unit_id=data.pop("stock_unit", None),
                **data,
            )
            return 201, _nonconformance(record.pk, selectors.nonconformances())

        return once(request, "quality.raise", do)


class NonconformanceDetail(QualityView):
    @extend_schema(responses=NonconformanceSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """One nonconformance with its dispositions. The ETag is what a decision signs over."""
        found = get_object_or_404(self.nonconformances(), pk=pk)
        return with_etag(Response(NonconformanceSerializer(found).data), content_hash(nonconformance_shown(found)))


class NonconformanceCause(QualityView):
    @extend_schema(request=CauseSerializer, responses=NonconformanceSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Record the cause."""
        data = self.read(CauseSerializer, request)

        def do() -> tuple[int, Any]:
            services.record_cause(actor=self.actor, nonconformance_id=pk, **data)
            return 200, _nonconformance(pk, self.nonconformances())

        return once(request, f"quality.cause.{pk}", do)


class NonconformanceDecide(QualityView):
    @extend_schema(request=DecideSerializer, responses={201: DispositionSerializer}, parameters=SIGNING)
    def post(self, request: Request, pk: int) -> Response:
        """Decide a disposition, signed."""
        data = self.read(DecideSerializer, request)

        def do() -> tuple[int, Any]:
            credentials = credentials_in(request, data)
            choice = Choice(**{**data, "unit_numbers": tuple(data["unit_numbers"])})
            done = services.decide_disposition(
                actor=self.actor, nonconformance_id=pk, choice=choice, credentials=credentials
            )
            return 201, DispositionSerializer(done).data

        return once(request, f"quality.decide.{pk}", do)


class NonconformanceClose(QualityView):
    @extend_schema(request=None, responses=NonconformanceSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Close it."""

        def do() -> tuple[int, Any]:
            services.close_nonconformance(actor=self.actor, nonconformance_id=pk)
            return 200, _nonconformance(pk, self.nonconformances())

        return once(request, f"quality.close.{pk}", do)


class DispositionExecute(QualityView):
    @extend_schema(request=NoteSerializer, responses=DispositionSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """It was carried out."""
        data = self.read(NoteSerializer, request)

        def do() -> tuple[int, Any]:
            done = services.mark_executed(actor=self.actor, disposition_id=pk, note=data["note"])
            return 200, DispositionSerializer(done).data

        return once(request, f"quality.execute.{pk}", do)


class DeviationList(QualityView, ListAPIView):
    """Deviations, newest first; filter by state, source, order, card."""

    queryset = Deviation.objects.none()
    serializer_class = DeviationSerializer
    prepare = staticmethod(selectors.attach_deviation_signatures)
    filterset_fields = ("state", "source", "order_number", "card_id", "planned")

    def get_queryset(self) -> QuerySet[Deviation]:
        return visible_rows(selectors.deviations().select_related("signature"), self.actor)

    @extend_schema(request=RaiseDeviationSerializer, responses={201: DeviationSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """Raise one; a planned one is asked for before, and boxed by time."""
        data = self.read(RaiseDeviationSerializer, request)

        def do() -> tuple[int, Any]:
            record = services.raise_deviation(
                actor=self.actor,
                source=data["source"],
                description=data["description"],
                planned=data["planned"],
                found=Found(card_id=data["card_id"], order_number=data["order_number"]),
                departure=Departure(gate=data["gate"], gate_code=data["gate_code"], valid_until=data["valid_until"]),
            )
            return 201, DeviationSerializer(record).data

        return once(request, "quality.deviation", do)


class DeviationDetail(QualityView):
    @extend_schema(responses=DeviationSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """One deviation. The ETag is what a decision signs over."""
        rows = Deviation.objects.visible_to(self.actor).select_related("signature")
        found = get_object_or_404(rows, pk=pk)
        return with_etag(Response(DeviationSerializer(found).data), content_hash(deviation_content(found)))


class DeviationDecide(QualityView):
    @extend_schema(request=DecideDeviationSerializer, responses=DeviationSerializer, parameters=SIGNING)
    def post(self, request: Request, pk: int) -> Response:
        """Accept or reject, signed."""
        data = self.read(DecideDeviationSerializer, request)

        def do() -> tuple[int, Any]:
            credentials = credentials_in(request, data)
            done = services.decide_deviation(actor=self.actor, deviation_id=pk, credentials=credentials, **data)
            return 200, DeviationSerializer(done).data

        return once(request, f"quality.deviation.decide.{pk}", do)


class DeviationClose(QualityView):
    @extend_schema(request=ClosingReasonSerializer, responses=DeviationSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Nothing more follows from it."""
        data = self.read(ClosingReasonSerializer, request)

        def do() -> tuple[int, Any]:
            done = services.close_deviation(actor=self.actor, deviation_id=pk, reason=data["reason"])
            return 200, DeviationSerializer(done).data

        return once(request, f"quality.deviation.close.{pk}", do)


class AssessmentList(QualityView, ListAPIView):
    """Batches that a gauge out of tolerance measured, newest first; filter by state, order, gauge."""

    queryset = GaugeAssessment.objects.none()
    serializer_class = AssessmentSerializer
    prepare = staticmethod(selectors.attach_assessment_signatures)
    filterset_fields = ("state", "order_number", "calibration__equipment__code")

    def get_queryset(self) -> QuerySet[GaugeAssessment]:
        return visible_rows(selectors.assessments(), self.actor)


class AssessmentDetail(QualityView):
    @extend_schema(responses=AssessmentSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """One judgement. The ETag is what it signs over."""
        found = get_object_or_404(visible_rows(selectors.assessments(), self.actor), pk=pk)
        return with_etag(Response(AssessmentSerializer(found).data), content_hash(assessment_content(found)))


class AssessmentDecide(QualityView):
    @extend_schema(request=DecideAssessmentSerializer, responses=AssessmentSerializer, parameters=SIGNING)
    def post(self, request: Request, pk: int) -> Response:
        """Affected or not, signed, with the reason."""
        data = self.read(DecideAssessmentSerializer, request)

        def do() -> tuple[int, Any]:
            credentials = credentials_in(request, data)
            done = services.decide_assessment(actor=self.actor, assessment_id=pk, credentials=credentials, **data)
            return 200, AssessmentSerializer(done).data

        return once(request, f"quality.assessment.decide.{pk}", do)


class InspectionList(QualityView, ListAPIView):
    """Inspections, newest first; filter by kind, result, order, card."""

    queryset = Inspection.objects.none()
    serializer_class = InspectionSerializer
    filterset_fields = ("kind", "result", "order_number", "card_id")

    def get_queryset(self) -> QuerySet[Inspection]:
        rows: QuerySet[Inspection] = Inspection.objects.visible_to(self.actor)
        return rows
