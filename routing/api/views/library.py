"""The parameter library and the process cards."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.accounts.endpoints import IDEMPOTENCY
from foundation.core.api.writes import etag_given, once
from routing import services
from routing.api.serializers import CardDetailSerializer, CardSerializer, DefinitionSerializer
from routing.api.views.base import RoutingView
from routing.api.views.parts import checked, tagged
from routing.api.views.revisions import IF_MATCH
from routing.models import ParameterDefinition, ProcessCard
from routing.selectors import attach_card_signatures, definitions, where_used
from routing.services.parameters import DEFINITION_FIELDS


class Definitions(RoutingView, ListAPIView):
    """The parameter library."""

    queryset = ParameterDefinition.objects.all()
    serializer_class = DefinitionSerializer
    filterset_fields = ("code", "quantity_kind", "critical")

    def get_queryset(self) -> Any:
        return definitions()

    @extend_schema(request=DefinitionSerializer, responses={201: DefinitionSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """Add a kind of parameter."""
        data = checked(DefinitionSerializer(data=request.data))

        def create() -> tuple[int, Any]:
            row = services.create_parameter_definition(actor=self.actor, **data)
            return 201, DefinitionSerializer(row).data

        return once(request, "routing.definitions", create)


class OneDefinition(RoutingView):
    @extend_schema(responses=DefinitionSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A kind of parameter, with its ETag."""
        row = get_object_or_404(definitions(), pk=pk)
        return tagged(row, DEFINITION_FIELDS, DefinitionSerializer(row).data)

    @extend_schema(request=DefinitionSerializer, responses=DefinitionSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, pk: int) -> Response:
        """Change it. No revision changes by it."""
        get_object_or_404(ParameterDefinition, pk=pk)
        changes = checked(DefinitionSerializer(data=request.data, partial=True))
        row = services.change_parameter_definition(
            actor=self.actor, definition_id=pk, changes=changes, expected=etag_given(request)
        )
        return tagged(row, DEFINITION_FIELDS, DefinitionSerializer(row).data)


class WhereUsed(RoutingView):
    @extend_schema(responses=list[dict[str, Any]])
    def get(self, request: Request, pk: int) -> Response:
        """Every step of every revision that measures it, and what it has otherwise than the library."""
        uses = where_used(get_object_or_404(ParameterDefinition, pk=pk))
        return Response(
            [
                {
                    "revision": use.revision.pk,
                    "number": use.revision.number,
                    "state": use.revision.state,
                    "operation": use.operation.number,
                    "step": use.step.number,
                    "differs": list(use.differs),
                }
                for use in uses
            ]
        )


class Cards(RoutingView, ListAPIView):
    """Published process cards, newest first; filter by item, change, purpose."""

    queryset = ProcessCard.objects.select_related("item")
    serializer_class = CardSerializer
    prepare = staticmethod(attach_card_signatures)
    filterset_fields = ("item", "change_number", "purpose", "variant")


class OneCard(RoutingView, RetrieveAPIView):
    """A process card with its whole content; its hash is over the canonical JSON of ``content``."""

    queryset = ProcessCard.objects.select_related("item")
    serializer_class = CardDetailSerializer
