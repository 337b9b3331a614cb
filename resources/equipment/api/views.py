"""Equipment over the API: the same services, rules and refusals as the screens."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.accounts.endpoints import IDEMPOTENCY, Endpoint
from foundation.core.api.writes import once
from resources.equipment import selectors, services
from resources.equipment.api import serializers as shapes
from resources.equipment.models import Equipment, EquipmentClass
from resources.equipment.policies import VIEW


class EquipmentView(Endpoint):
    """Reading needs ``equipment.view_equipment``; what a write needs its service asks."""

    view_permission = VIEW

    def seen(self) -> QuerySet[Equipment]:
        """What this reader sees."""
        rows: QuerySet[Equipment] = Equipment.objects.visible_to(self.actor).select_related("equipment_class", "site")
        return rows


class Classes(EquipmentView, ListAPIView[EquipmentClass]):
    """Classes of equipment."""

    queryset = EquipmentClass.objects.all()
    serializer_class = shapes.ClassSerializer
    filterset_fields = ("code", "is_gauge")

    @extend_schema(request=shapes.ClassSerializer, responses={201: shapes.ClassSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """A new class."""
        values = self.read(shapes.ClassSerializer, self.request)

        def do() -> tuple[int, Any]:
            return 201, shapes.ClassSerializer(services.create_equipment_class(actor=self.actor, **values)).data

        return once(request, "equipment.classes", do)


class AllEquipment(EquipmentView, ListAPIView[Equipment]):
    """Machines, tools and gauges."""

    queryset = Equipment.objects.none()
    serializer_class = shapes.EquipmentSerializer
    filterset_fields = ("code", "status", "equipment_class__code", "work_center")

    def get_queryset(self) -> QuerySet[Equipment]:
        return self.seen()

    @extend_schema(
        request=shapes.EquipmentSerializer, responses={201: shapes.EquipmentSerializer}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request) -> Response:
        """Register a piece."""
        values = self.read(shapes.EquipmentSerializer, self.request)

        def do() -> tuple[int, Any]:
            return 201, shapes.EquipmentSerializer(services.register_equipment(actor=self.actor, **values)).data

        return once(request, "equipment.register", do)


class OneEquipment(EquipmentView):
    @extend_schema(responses=shapes.EquipmentSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A piece of equipment."""
        return Response(shapes.EquipmentSerializer(get_object_or_404(self.seen(), pk=pk)).data)


class Fitness(EquipmentView):
    @extend_schema(
        responses=shapes.AnswerSerializer, parameters=[OpenApiParameter("class", str, description="for this class")]
    )
    def get(self, request: Request, pk: int) -> Response:
        """May it be used, and why not?"""
        answer = selectors.fitness(get_object_or_404(self.seen(), pk=pk), request.query_params.get("class", ""))
        return Response({"ok": answer.ok, "reason": str(answer.reason), "evidence": answer.evidence})


class Status(EquipmentView):
    @extend_schema(request=shapes.StatusSerializer, responses=shapes.EquipmentSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Move the status along its table, with the reason."""
        get_object_or_404(self.seen(), pk=pk)
        values = self.read(shapes.StatusSerializer, self.request)

        def do() -> tuple[int, Any]:
            moved = services.set_equipment_status(actor=self.actor, equipment_id=pk, **values)
            return 200, shapes.EquipmentSerializer(moved).data

        return once(request, f"equipment.{pk}.status", do)


class Calibrations(EquipmentView):
    @extend_schema(responses=shapes.CalibrationSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Calibrations, the newest first."""
        rows = get_object_or_404(self.seen(), pk=pk).calibrations.order_by("-done_at", "-pk")
        return Response(shapes.CalibrationSerializer(rows, many=True).data)

    @extend_schema(
        request=shapes.CalibrationSerializer, responses={201: shapes.CalibrationSerializer}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Keep a calibration."""
        get_object_or_404(self.seen(), pk=pk)
        values = self.read(shapes.CalibrationSerializer, self.request)

        def do() -> tuple[int, Any]:
            made = services.record_calibration(actor=self.actor, equipment_id=pk, **values)
            return 201, shapes.CalibrationSerializer(made).data

        return once(request, f"equipment.{pk}.calibrations", do)
