"""Operations, steps, parameters and materials of a draft. Edits need If-Match; other people's edits are merged or told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.accounts.endpoints import IDEMPOTENCY
from foundation.core.api.writes import etag_given, once, with_etag
from routing import services
from routing.api.serializers import (
    IntermediateSerializer,
    MaterialUseSerializer,
    OperationSerializer,
    OrderSerializer,
    ParameterSerializer,
    StepSerializer,
)
from routing.api.views.base import RoutingView
from routing.api.views.revisions import IF_MATCH, revision_or_404
from routing.models import IntermediateMade, MaterialUse, Operation, OperationParameter, Step
from routing.services.editing import etag_of
from routing.services.operations import OPERATION_FIELDS
from routing.services.parameters import PARAMETER_FIELDS
from routing.services.steps import STEP_FIELDS


def checked(serializer: Any) -> dict[str, Any]:
    """Valid input of a request."""
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = dict(serializer.validated_data)
    return data


def tagged(row: models.Model, fields: tuple[str, ...], data: Any) -> Response:
    return with_etag(Response(data), etag_of(row, fields))


class Operations(RoutingView):
    @extend_schema(responses=OperationSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """The operations in the order of the list."""
        rows = Operation.objects.filter(revision=revision_or_404(pk)).order_by("number")
        return Response(OperationSerializer(rows, many=True).data)

    @extend_schema(request=OperationSerializer, responses={201: OperationSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Add an operation, after ``after`` or at the end."""
        revision_or_404(pk)
        data = checked(OperationSerializer(data=request.data))
        after, name = data.pop("after", None), data.pop("name", {})

        def add() -> tuple[int, Any]:
            row = services.add_operation(actor=self.actor, revision_id=pk, name=name, after_id=after, **data)
            return 201, OperationSerializer(row).data

        return once(request, f"routing.operations.{pk}", add)

    @extend_schema(request=OrderSerializer, responses=OperationSerializer(many=True))
    def put(self, request: Request, pk: int) -> Response:
        """Put the operations in this order."""
        revision_or_404(pk)
        order = checked(OrderSerializer(data=request.data))["order"]
        rows = services.reorder_operations(actor=self.actor, revision_id=pk, order=order)
        return Response(OperationSerializer(rows, many=True).data)


class OneOperation(RoutingView):
    @extend_schema(responses=OperationSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """An operation, with its ETag."""
        row = get_object_or_404(Operation, pk=pk)
        return tagged(row, OPERATION_FIELDS, OperationSerializer(row).data)

    @extend_schema(request=OperationSerializer, responses=OperationSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, pk: int) -> Response:
        """Change fields. 409 with both values where someone else changed the same ones."""
        get_object_or_404(Operation, pk=pk)
        changes = checked(OperationSerializer(data=request.data, partial=True))
        changes.pop("after", None)
        row = services.change_operation(
            actor=self.actor, operation_id=pk, changes=changes, expected=etag_given(request)
        )
        return tagged(row, OPERATION_FIELDS, OperationSerializer(row).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Remove the operation with its steps; its neighbours are linked."""
        get_object_or_404(Operation, pk=pk)
        services.remove_operation(actor=self.actor, operation_id=pk)
        return Response(status=204)


class Steps(RoutingView):
    @extend_schema(responses=StepSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """The steps of an operation."""
        operation = get_object_or_404(Operation, pk=pk)
        rows = Step.objects.filter(operation=operation).select_related("parameter__definition").order_by("number")
        return Response(StepSerializer(rows, many=True).data)

    @extend_schema(request=StepSerializer, responses={201: StepSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Add a step, after ``after`` or at the end."""
        get_object_or_404(Operation, pk=pk)
        data = checked(StepSerializer(data=request.data))
        after = data.pop("after", None)

        def add() -> tuple[int, Any]:
            row = services.add_step(actor=self.actor, operation_id=pk, after_id=after, **data)
            return 201, StepSerializer(row).data

        return once(request, f"routing.steps.{pk}", add)


class OneStep(RoutingView):
    @extend_schema(responses=StepSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A step, with its ETag."""
        row = get_object_or_404(Step.objects.select_related("parameter__definition"), pk=pk)
        return tagged(row, STEP_FIELDS, StepSerializer(row).data)

    @extend_schema(request=StepSerializer, responses=StepSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, pk: int) -> Response:
        """Change fields. 409 with both values where someone else changed the same ones."""
        get_object_or_404(Step, pk=pk)
        changes = checked(StepSerializer(data=request.data, partial=True))
        changes.pop("after", None)
        row = services.change_step(actor=self.actor, step_id=pk, changes=changes, expected=etag_given(request))
        return tagged(row, STEP_FIELDS, StepSerializer(row).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Remove the step with its parameter."""
        get_object_or_404(Step, pk=pk)
        services.remove_step(actor=self.actor, step_id=pk)
        return Response(status=204)


class StepParameter(RoutingView):
    @extend_schema(responses=ParameterSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """What the step measures, with its ETag."""
        row = get_object_or_404(OperationParameter.objects.select_related("definition"), step_id=pk)
        return tagged(row, PARAMETER_FIELDS, ParameterSerializer(row).data)

    @extend_schema(request=ParameterSerializer, responses=ParameterSerializer, parameters=[IF_MATCH])
    def put(self, request: Request, pk: int) -> Response:
        """Set what the step measures, its limits and reactions. If-Match is needed when there is a parameter already."""
        step = get_object_or_404(Step.objects.select_related("parameter"), pk=pk)
        changes = checked(ParameterSerializer(data=request.data))
        expected = etag_given(request) if hasattr(step, "parameter") else ""
        row = services.set_parameter(
            actor=self.actor,
            step_id=pk,
            definition_id=changes.pop("definition_id"),
            changes=changes,
            expected=expected,
        )
        return tagged(row, PARAMETER_FIELDS, ParameterSerializer(row).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """The step measures nothing any more."""
        get_object_or_404(OperationParameter, step_id=pk)
        services.remove_parameter(actor=self.actor, step_id=pk)
        return Response(status=204)


class Materials(RoutingView):
    @extend_schema(responses=MaterialUseSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """The BOM lines that the operation consumes."""
        rows = MaterialUse.objects.filter(operation=get_object_or_404(Operation, pk=pk))
        return Response(MaterialUseSerializer(rows, many=True).data)

    @extend_schema(request=MaterialUseSerializer, responses={201: MaterialUseSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Allocate a BOM line: a quantity, or what is left of it."""
        get_object_or_404(Operation, pk=pk)
        data = checked(MaterialUseSerializer(data=request.data))

        def allocate() -> tuple[int, Any]:
            row = services.allocate_material(actor=self.actor, operation_id=pk, **data)
            return 201, MaterialUseSerializer(row).data

        return once(request, f"routing.materials.{pk}", allocate)


class Intermediates(RoutingView):
    @extend_schema(request=IntermediateSerializer, responses={201: IntermediateSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """The operation makes the item of a BOM line."""
        get_object_or_404(Operation, pk=pk)
        data = checked(IntermediateSerializer(data=request.data))

        def make() -> tuple[int, Any]:
            return 201, IntermediateSerializer(
                services.make_intermediate(actor=self.actor, operation_id=pk, **data)
            ).data

        return once(request, f"routing.intermediates.{pk}", make)


class Removal(RoutingView):
    """Take an allocation or an intermediate away."""

    model: type[models.Model] = MaterialUse
    remove: Callable[..., None] = staticmethod(services.remove_allocation)
    argument = "use_id"

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Take it away."""
        get_object_or_404(self.model, pk=pk)
        self.remove(actor=self.actor, **{self.argument: pk})
        return Response(status=204)


class IntermediateRemoval(Removal):
    model = IntermediateMade
    remove = staticmethod(services.remove_intermediate)
    argument = "made_id"
