"""Orders and travellers."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.accounts.endpoints import IDEMPOTENCY, SIGNING, credentials_in
from foundation.accounts.scope import visible_rows
from foundation.core.actor import Actor
from foundation.core.api.writes import once, with_etag
from foundation.core.errors import NotFound
from foundation.records.services import shown_hash
from shopfloor import services
from shopfloor.api.base import FloorView
from shopfloor.api.serializers import (
    DispatchedSerializer,
    DispatchSerializer,
    FloorReasonSerializer,
    PlanSerializer,
    TravellerSerializer,
    UnitsSerializer,
    WorkCardSerializer,
    WorkOrderSerializer,
)
from shopfloor.models import TravelCard, WorkCard, WorkOrder
from shopfloor.selectors import find_traveller, open_card_for_traveller, order_list, order_readiness
from shopfloor.services.units import together_subjects
from shopfloor.signed import attach_card_signatures
from shopfloor.states import CardKind


def order_or_404(pk: int, actor: Actor) -> WorkOrder:
    found: WorkOrder = get_object_or_404(visible_rows(order_list(), actor), pk=pk)
    return found


class OrderList(FloorView, ListAPIView):
    """Work orders, newest first; filter by state, kind, item."""

    queryset = WorkOrder.objects.none()
    serializer_class = WorkOrderSerializer
    filterset_fields = ("state", "kind", "item")

    def get_queryset(self) -> QuerySet[WorkOrder]:
        return visible_rows(order_list(), self.actor)

    @extend_schema(request=PlanSerializer, responses={201: WorkOrderSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """Plan an order."""
        data = self.read(PlanSerializer, request)

        def do() -> tuple[int, Any]:
            order = services.plan_order(actor=self.actor, item_id=data.pop("item"), site_id=data.pop("site"), **data)
            return 201, WorkOrderSerializer(order_or_404(order.pk, self.actor)).data

        return once(request, "shopfloor.plan", do)


class OrderDetail(FloorView):
    @extend_schema(responses=WorkOrderSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """One order, with the gates ahead."""
        order = order_or_404(pk, self.actor)
        return Response({**WorkOrderSerializer(order).data, "readiness": order_readiness(order)})


class OrderDispatch(FloorView):
    @extend_schema(request=DispatchSerializer, responses=DispatchedSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Pin the effective process card; make batch, travellers and work cards."""
        data = self.read(DispatchSerializer, request)

        def do() -> tuple[int, Any]:
            made = services.dispatch_order(actor=self.actor, order_id=pk, serials=data["serials"])
            attach_card_signatures(list(made.cards))
            return 200, DispatchedSerializer(made).data

        return once(request, f"shopfloor.dispatch.{pk}", do)


class OrderAct(FloorView):
    """Hold, resume, cancel, close."""

    verb = ""
    with_reason: ClassVar[dict[str, Any]] = {
        "hold": services.hold_order,
        "resume": services.resume_order,
        "cancel": services.cancel_order,
    }

    @extend_schema(request=FloorReasonSerializer, responses=WorkOrderSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        data = self.read(FloorReasonSerializer, request)

        def do() -> tuple[int, Any]:
            if self.verb == "close":
                services.close_order(actor=self.actor, order_id=pk)
            else:
                self.with_reason[self.verb](actor=self.actor, order_id=pk, reason=data["reason"])
            return 200, WorkOrderSerializer(order_or_404(pk, self.actor)).data

        return once(request, f"shopfloor.{self.verb}.{pk}", do)


class TravellerList(FloorView, ListAPIView):
    """Travellers, newest first; filter by code or order."""

    queryset = TravelCard.objects.select_related("batch__order", "unit__lot")
    serializer_class = TravellerSerializer
    filterset_fields = ("code", "batch__order")


class TravellerDetail(FloorView):
    @extend_schema(responses=TravellerSerializer)
    def get(self, request: Request, code: str) -> Response:
        """The traveller behind a scanned code."""
        return Response(TravellerSerializer(find_traveller(code, TravelCard.objects.visible_to(self.actor))).data)


class TravellerCard(FloorView):
    @extend_schema(responses=WorkCardSerializer)
    def get(self, request: Request, code: str) -> Response:
        """The card to work on now."""
        return Response(
            WorkCardSerializer(open_card_for_traveller(code, among=TravelCard.objects.visible_to(self.actor))).data
        )


class BatchUnits(FloorView):
    @extend_schema(
        responses=WorkCardSerializer(many=True),
        parameters=[
            OpenApiParameter("operation", int, required=True),
            OpenApiParameter("units", str, required=True, description="numbers in the batch, with commas"),
        ],
    )
    def get(self, request: Request, pk: int) -> Response:
        """The cards of these serials as one list. The ETag is what completing them together signs over."""
        asked = request.query_params
        units = [int(part) for part in asked.get("units", "").split(",") if part.strip().isdecimal()]
        operation = int(asked["operation"]) if asked.get("operation", "").isdecimal() else 0
        rows = WorkCard.objects.visible_to(self.actor).filter(
            batch=pk, operation=operation, kind=CardKind.NORMAL, unit__number__in=units
        )
        cards = list(rows.select_related("order", "batch", "unit__lot").order_by("pk"))
        if not cards:
            raise NotFound.here()
        attach_card_signatures(cards)
        answer = Response(WorkCardSerializer(cards, many=True).data)
        return with_etag(answer, shown_hash(together_subjects(cards)))

    @extend_schema(request=UnitsSerializer, responses=WorkCardSerializer(many=True), parameters=SIGNING)
    def post(self, request: Request, pk: int) -> Response:
        """Complete many serials of one operation together."""
        data = self.read(UnitsSerializer, request)

        def do() -> tuple[int, Any]:
            credentials = credentials_in(request, data)
            done = services.complete_units(actor=self.actor, batch_id=pk, credentials=credentials, **data)
            attach_card_signatures(list(done.cards))
            return 200, {"links": done.links, "cards": WorkCardSerializer(done.cards, many=True).data}

        return once(request, f"shopfloor.units.{pk}", do)
