"""Items, their costs and sources, where they are used."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bom.api.serializers import (
    ItemChangeSerializer,
    ItemSerializer,
    ItemSourceSerializer,
    StandardCostSerializer,
    WhereUsedSerializer,
)
from bom.api.views.base import IF_MATCH, BomView
from bom.models import Item
from bom.selectors import where_used
from bom.services import change_item, create_item, set_standard_cost
from bom.services.items import item_etag
from foundation.accounts.endpoints import IDEMPOTENCY
from foundation.core.api.writes import etag_given, once, with_etag


class ItemList(BomView, ListAPIView[Any]):
    """Items, newest first; filter by kind, make_or_buy, tracking; ``q`` searches number, name and part numbers."""

    serializer_class = ItemSerializer
    queryset = Item.objects.all()
    filterset_fields = ("kind", "make_or_buy", "tracking", "number")

    def get_queryset(self) -> QuerySet[Item]:
        found: QuerySet[Item] = Item.objects.matching(self.request.query_params.get("q", ""))
        return found

    @extend_schema(parameters=[OpenApiParameter("q", str, description="text in number, name or part number")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=ItemSerializer, responses={201: ItemSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """Create an item."""
        asked = ItemSerializer(data=request.data)
        asked.is_valid(raise_exception=True)

        def create() -> tuple[int, Any]:
            return 201, ItemSerializer(create_item(actor=self.actor, **asked.validated_data)).data

        return once(request, "bom.item.create", create)


class ItemDetail(BomView):
    @extend_schema(responses=ItemSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """An item, with its ETag."""
        item = get_object_or_404(Item, pk=pk)
        return with_etag(Response(ItemSerializer(item).data), item_etag(item))

    @extend_schema(request=ItemChangeSerializer, responses=ItemSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, pk: int) -> Response:
        """Change master data; never the number."""
        get_object_or_404(Item, pk=pk)
        asked = ItemChangeSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        item = change_item(actor=self.actor, item_id=pk, expected=etag_given(request), **asked.validated_data)
        return with_etag(Response(ItemSerializer(item).data), item_etag(item))


class ItemCosts(BomView):
    @extend_schema(responses=StandardCostSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Standard costs, newest first."""
        item = get_object_or_404(Item, pk=pk)
        return Response(StandardCostSerializer(item.costs.order_by("-valid_from"), many=True).data)

    @extend_schema(request=StandardCostSerializer, responses={201: StandardCostSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Set the standard cost from a day on (today)."""
        get_object_or_404(Item, pk=pk)
        asked = StandardCostSerializer(data=request.data)
        asked.is_valid(raise_exception=True)

        def set_cost() -> tuple[int, Any]:
            cost = set_standard_cost(actor=self.actor, item_id=pk, **asked.validated_data)
            return 201, StandardCostSerializer(cost).data

        return once(request, "bom.cost.set", set_cost)


class ItemSources(BomView):
    @extend_schema(responses=ItemSourceSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Approved and withdrawn sources."""
        item = get_object_or_404(Item, pk=pk)
        return Response(ItemSourceSerializer(item.sources.select_related("supplier").order_by("id"), many=True).data)


class ItemWhereUsed(BomView):
    @extend_schema(
        responses=WhereUsedSerializer(many=True),
        parameters=[OpenApiParameter("to_top", bool, description="all levels (default), or 0 for the first only")],
    )
    def get(self, request: Request, pk: int) -> Response:
        """Where the item is used by current revisions, up to the finished devices."""
        get_object_or_404(Item, pk=pk)
        rows = where_used(pk, to_top=request.query_params.get("to_top", "1") not in {"0", "false"})
        below = [None if row.quantity_below is None else f"{row.quantity_below:f}" for row in rows]
        return Response(
            [
                {**asdict(row), "quantity": f"{row.quantity:f}", "quantity_below": quantity}
                for row, quantity in zip(rows, below, strict=True)
            ]
        )
