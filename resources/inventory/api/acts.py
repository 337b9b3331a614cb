"""Acts on a container, and holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
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
from resources.inventory.models import Hold, HoldTarget, StockUnit

HELD = ("stock_unit", "lot", "item", "supplier", "equipment")


def holds(actor: Actor) -> QuerySet[Hold]:
    """Holds that this reader sees."""
    rows: QuerySet[Hold] = Hold.objects.visible_to(actor).select_related(*HELD)
    return rows


def _answer(unit: StockUnit) -> Any:
    """The container as it is now; for who moved it to a site where they read nothing, too."""
    found = StockUnit.objects.select_related("lot__item", "place").get(pk=unit.pk)
    return shapes.StockUnitSerializer(found).data


class Inspect(StockView):
    @extend_schema(
        request=shapes.InspectSerializer, responses={201: shapes.InspectionSerializer}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request, pk: int) -> Response:
        """The incoming check: accepted releases, rejected rejects."""
        get_object_or_404(StockUnit.objects.visible_to(self.actor), pk=pk)

        def do(values: dict[str, Any]) -> tuple[int, Any]:
            done = services.inspect_receipt(actor=self.actor, stock_unit_id=pk, **values)
            return 201, shapes.InspectionSerializer(done).data

        return self.write(f"units.{pk}.inspect", shapes.InspectSerializer, do)


class Status(StockView):
    @extend_schema(request=shapes.StatusSerializer, responses=shapes.StockUnitSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Move the quality status along its table."""
        get_object_or_404(StockUnit.objects.visible_to(self.actor), pk=pk)

        def do(values: dict[str, Any]) -> tuple[int, Any]:
            return 200, _answer(services.change_status(actor=self.actor, stock_unit_id=pk, **values))

        return self.write(f"units.{pk}.status", shapes.StatusSerializer, do)


class Move(StockView):
    @extend_schema(request=shapes.MoveSerializer, responses=shapes.StockUnitSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Carry the whole container to another place."""
        get_object_or_404(StockUnit.objects.visible_to(self.actor), pk=pk)

        def do(values: dict[str, Any]) -> tuple[int, Any]:
            return 200, _answer(services.move_stock(actor=self.actor, stock_unit_id=pk, **values))

        return self.write(f"units.{pk}.move", shapes.MoveSerializer, do)


class Split(StockView):
    @extend_schema(
        request=shapes.SplitSerializer, responses={201: shapes.StockUnitSerializer}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Part of it into a new container, which is the answer."""
        get_object_or_404(StockUnit.objects.visible_to(self.actor), pk=pk)

        def do(values: dict[str, Any]) -> tuple[int, Any]:
            return 201, _answer(services.split_unit(actor=self.actor, stock_unit_id=pk, **values))

        return self.write(f"units.{pk}.split", shapes.SplitSerializer, do)


class Merge(StockView):
    @extend_schema(request=shapes.MergeSerializer, responses=shapes.StockUnitSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Empty other containers of the same lot into this one."""
        get_object_or_404(StockUnit.objects.visible_to(self.actor), pk=pk)

        def do(values: dict[str, Any]) -> tuple[int, Any]:
            return 200, _answer(services.merge_units(actor=self.actor, into_id=pk, **values))

        return self.write(f"units.{pk}.merge", shapes.MergeSerializer, do)


class Scrap(StockView):
    @extend_schema(request=shapes.ScrapSerializer, responses=shapes.StockUnitSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """A quantity of it to scrap, or destroyed in a test."""
        get_object_or_404(StockUnit.objects.visible_to(self.actor), pk=pk)

        def do(values: dict[str, Any]) -> tuple[int, Any]:
            return 200, _answer(services.scrap_stock(actor=self.actor, stock_unit_id=pk, **values))

        return self.write(f"units.{pk}.scrap", shapes.ScrapSerializer, do)


class Holds(StockView, ListAPIView[Hold]):
    """Holds, newest first; ``open`` true or false."""

    queryset = Hold.objects.select_related(*HELD)
    serializer_class = shapes.HoldSerializer
    filterset_fields = ("kind", "lot", "stock_unit", "item", "supplier_lot", "source_number")

    @extend_schema(parameters=[OpenApiParameter("open", bool)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        asked = self.request.query_params.get("open", "").lower()
        rows = super().get_queryset()
        return rows.filter(lifted_at__isnull=asked in ("true", "1")) if asked else rows

    @extend_schema(request=shapes.PlaceHoldSerializer, responses={201: shapes.HoldSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """Place a hold."""

        def do(values: dict[str, Any]) -> tuple[int, Any]:
            hold = services.place_hold(actor=self.actor, target=_target(values), reason=values["reason"])
            return 201, shapes.HoldSerializer(holds(self.actor).get(pk=hold.pk)).data

        return self.write("holds", shapes.PlaceHoldSerializer, do)


def _target(values: dict[str, Any]) -> HoldTarget:
    kind, pk = values["kind"], values["id"]
    if kind == "supplier_lot":
        return HoldTarget.supplier_lot(pk, values["supplier_lot"])
    if kind == "lot":
        return HoldTarget.lot(pk, with_descendants=values["with_descendants"])
    if kind == "equipment":
        begins: datetime | None = values["begins"]
        if begins is None:
            raise NotValid(_("Say from when on."), field="begins")
        return HoldTarget.equipment(pk, begins, values["ends"])
    return HoldTarget.item(pk) if kind == "item" else HoldTarget.stock_unit(pk)


class OneHold(StockView):
    @extend_schema(responses=shapes.HoldSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A hold."""
        return Response(shapes.HoldSerializer(get_object_or_404(holds(self.actor), pk=pk)).data)


class LiftHold(StockView):
    @extend_schema(request=shapes.ReasonSerializer, responses=shapes.HoldSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Lift a hold, with the reason."""
        get_object_or_404(holds(self.actor), pk=pk)

        def do(values: dict[str, Any]) -> tuple[int, Any]:
            services.lift_hold(actor=self.actor, hold_id=pk, reason=values["reason"])
            return 200, shapes.HoldSerializer(holds(self.actor).get(pk=pk)).data

        return self.write(f"holds.{pk}.lift", shapes.ReasonSerializer, do)
