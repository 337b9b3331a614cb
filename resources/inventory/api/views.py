"""Stock over the API: the same services, rules and refusals as the screens."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.accounts.endpoints import IDEMPOTENCY
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from resources.inventory import services
from resources.inventory.api import serializers as shapes
from resources.inventory.api.base import StockView
from resources.inventory.models import GenealogyLink, Lot, Movement, Place, Receipt, StockUnit
from resources.inventory.selectors import unit_by_container, usability
from resources.inventory.selectors.finding import lots_named
from resources.inventory.selectors.reading import trace_for


def units(actor: Actor) -> QuerySet[StockUnit]:
    """Containers that this reader sees."""
    rows: QuerySet[StockUnit] = StockUnit.objects.visible_to(actor).select_related("lot__item", "place")
    return rows


class Places(StockView, ListAPIView[Place]):
    """Places of stock, and where it comes from and goes to."""

    queryset = Place.objects.all()
    serializer_class = shapes.PlaceSerializer
    filterset_fields = ("kind", "site", "code")

    @extend_schema(request=shapes.PlaceSerializer, responses={201: shapes.PlaceSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """A new place."""

        def do(values: dict[str, Any]) -> tuple[int, Any]:
            return 201, shapes.PlaceSerializer(services.create_place(actor=self.actor, **values)).data

        return self.write("places", shapes.PlaceSerializer, do)


class Lots(StockView, ListAPIView[Lot]):
    """Lots, newest first; ``q`` searches number, serial and supplier's lot."""

    queryset = Lot.objects.select_related("item", "supplier")
    serializer_class = shapes.LotSerializer
    filterset_fields = ("item", "item__number", "number", "serial", "supplier_lot", "parent_lot", "expires_on")

    @extend_schema(parameters=[OpenApiParameter("q", str)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Lot]:
        rows: QuerySet[Lot] = super().get_queryset()
        text = self.request.query_params.get("q", "").strip()
        return rows.filter(Q(pk__in=Lot.objects.matching(text))) if text else rows


class OneLot(StockView):
    @extend_schema(responses=shapes.LotSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A lot."""
        rows = Lot.objects.visible_to(self.actor).select_related("item", "supplier")
        lot: Lot = get_object_or_404(rows, pk=pk)
        return Response(shapes.LotSerializer(lot).data)


class StockUnits(StockView, ListAPIView[StockUnit]):
    """Containers, newest first."""

    queryset = StockUnit.objects.select_related("lot__item", "place")
    serializer_class = shapes.StockUnitSerializer
    filterset_fields = ("status", "place", "place__code", "lot", "lot__item", "lot__item__number", "container")


class OneStockUnit(StockView):
    @extend_schema(responses=shapes.StockUnitSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A container."""
        return Response(shapes.StockUnitSerializer(get_object_or_404(units(self.actor), pk=pk)).data)


class ScannedUnit(StockView):
    @extend_schema(responses=shapes.StockUnitSerializer, parameters=[OpenApiParameter("code", str, required=True)])
    def get(self, request: Request) -> Response:
        """The container behind a scanned code: what our label says, or its number."""
        unit = unit_by_container(request.query_params.get("code", ""), units(self.actor))
        if unit is None:
            return Response(
                {"type": "urn:arteria:problem:not-found", "title": "Not found", "status": 404, "code": "not-found"},
                status=404,
                content_type="application/problem+json",
            )
        return Response(shapes.StockUnitSerializer(unit).data)


class Usability(StockView):
    @extend_schema(
        responses=shapes.AnswerSerializer, parameters=[OpenApiParameter("item", int, description="for this item")]
    )
    def get(self, request: Request, pk: int) -> Response:
        """May this container be used, and why not?"""
        item = request.query_params.get("item", "")
        unit: StockUnit = get_object_or_404(units(self.actor), pk=pk)
        answer = usability(unit, item_ids=[int(item)] if item.isdigit() else [])
        return Response({"ok": answer.ok, "reason": str(answer.reason), "evidence": answer.evidence})


class Movements(StockView, ListAPIView[Movement]):
    """Movements, newest first."""

    queryset = Movement.objects.select_related("from_place", "to_place")
    serializer_class = shapes.MovementSerializer
    filterset_fields = ("stock_unit", "stock_unit__lot", "kind", "card_id")


class Links(StockView, ListAPIView[GenealogyLink]):
    """Genealogy, link by link, newest first."""

    queryset = GenealogyLink.objects.all()
    serializer_class = shapes.LinkSerializer
    filterset_fields = ("consumed_lot", "produced_lot", "kind", "card_id")


class LinkRemoval(StockView):
    @extend_schema(
        request=shapes.RemoveSerializer, responses={201: shapes.StockUnitSerializer}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Take a part out again; answers with the container it is in now."""
        get_object_or_404(GenealogyLink.objects.visible_to(self.actor), pk=pk)

        def do(values: dict[str, Any]) -> tuple[int, Any]:
            unit = services.remove_link(actor=self.actor, link_id=pk, **values)
            return 201, shapes.StockUnitSerializer(units(self.actor).get(pk=unit.pk)).data

        return self.write(f"links.{pk}.remove", shapes.RemoveSerializer, do)


class Receipts(StockView, ListAPIView[Receipt]):
    """Deliveries, newest first."""

    queryset = Receipt.objects.select_related("lot").prefetch_related("lot__stock_units")
    serializer_class = shapes.ReceiptSerializer
    filterset_fields = ("number", "lot", "lot__item", "lot__supplier", "lot__supplier_lot")

    @extend_schema(
        request=shapes.ReceiveSerializer, responses={201: shapes.ReceiptSerializer}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request) -> Response:
        """Receive a lot into quarantine; its labels go to the print queue."""

        def do(values: dict[str, Any]) -> tuple[int, Any]:
            units = services.receive_lot(actor=self.actor, **values)
            receipt = self.get_queryset().get(lot_id=units[0].lot_id)
            return 201, shapes.ReceiptSerializer(receipt).data

        return self.write("receipts", shapes.ReceiveSerializer, do)


class LabelReadings(StockView):
    @extend_schema(request=shapes.CodeSerializer, responses={201: shapes.StockUnitSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """A container's label was scanned: it reads."""

        def do(values: dict[str, Any]) -> tuple[int, Any]:
            unit = services.confirm_label(actor=self.actor, **values)
            return 201, shapes.StockUnitSerializer(units(self.actor).get(pk=unit.pk)).data

        return self.write("labels", shapes.CodeSerializer, do)


class TraceView(StockView):
    @extend_schema(
        responses=shapes.TraceSerializer,
        parameters=[
            OpenApiParameter("lot", int, many=True, description="ids of lots"),
            OpenApiParameter("code", str, description="a lot, serial, supplier's lot or container instead of ids"),
            OpenApiParameter("direction", str, enum=["down", "up", "both"], default="down"),
            OpenApiParameter("net", bool, default=True, description="false: with what was taken out again"),
        ],
    )
    def get(self, request: Request) -> Response:
        """Every lot reached and every link between them, with quantities and places; never truncated."""
        asked = request.query_params
        direction = asked.get("direction", "down")
        if direction not in ("down", "up", "both"):
            raise NotValid(_("A trace goes down, up or both ways."), field="direction")
        given = [int(value) for value in asked.getlist("lot") if value.isdigit()]
        seen = Lot.objects.visible_to(self.actor)
        ids = list(seen.filter(pk__in=given).values_list("pk", flat=True))
        ids += [lot.pk for lot in lots_named(asked.get("code", ""), seen)]
        if not ids:
            raise NotValid(_("Nothing has this number."), code="not-found", field="lot")
        net = asked.get("net", "true").lower() not in ("false", "0", "no")
        found = trace_for(self.actor, sorted(set(ids)), direction, net)
        body = {
            "roots": found.roots,
            "direction": found.direction,
            "net": found.net,
            "hidden": found.hidden,
            "nodes": list(found.nodes.values()),
            "links": found.links,
        }
        return Response(shapes.TraceSerializer(body).data)
