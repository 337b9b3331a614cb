"""Webhooks over the API: the same services, rules and refusals as the screens."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.actor import Actor
from foundation.core.api.writes import once
from foundation.core.outbox import catalogue
from foundation.webhooks import selectors, services
from foundation.webhooks.api import serializers as shapes
from foundation.webhooks.models import Delivery, Endpoint
from foundation.webhooks.policies import VIEW


class WebhookView(APIView):
    """Reading needs ``webhooks.view_endpoint``; what a write needs its service asks."""

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def seen(self) -> QuerySet[Endpoint]:
        rows: QuerySet[Endpoint] = Endpoint.objects.visible_to(self.actor).select_related("site")
        return rows.order_by("name")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            require(self.actor, VIEW)

    def checked(self, shape: Any) -> dict[str, Any]:
        body = shape(data=self.request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)


class Events(WebhookView):
    """The catalogue of what can be told: names, versions, shapes."""

    @extend_schema(responses=shapes.EventSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(
            [
                {
                    "name": kind.name, "version": kind.version, "record": kind.record[0] if kind.record else "",
                    "data_schema": kind.shape,
                }
                for kind in catalogue().values()
            ]
        )  # fmt: skip


class Endpoints(WebhookView, ListAPIView[Endpoint]):
    """Endpoints of the reader's sites."""

    queryset = Endpoint.objects.none()
    serializer_class = shapes.EndpointSerializer

    def get_queryset(self) -> QuerySet[Endpoint]:
        return self.seen()

    @extend_schema(request=shapes.NewEndpointSerializer, responses={201: shapes.MadeEndpointSerializer})
    def post(self, request: Request) -> Response:
        """A new endpoint. Its secret is in this answer alone."""
        given = self.checked(shapes.NewEndpointSerializer)
        site = given.pop("site")
        shown: list[str] = []

        def do() -> tuple[int, Any]:
            made, secret = services.create_endpoint(actor=self.actor, site_id=site.pk if site else None, **given)
            shown.append(secret)
            return 201, shapes.EndpointSerializer(made).data

        return _with_secret(once(request, "webhooks.create", do), shown)


class OneEndpoint(WebhookView):
    """One endpoint."""

    @extend_schema(responses=shapes.EndpointSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(shapes.EndpointSerializer(get_object_or_404(self.seen(), pk=pk)).data)


class EndpointAct(WebhookView):
    """Pause, resume, end, send a test, or send again what was given up."""

    @extend_schema(request=shapes.EndpointActSerializer, responses=shapes.EndpointSerializer)
    def post(self, request: Request, pk: int) -> Response:
        given = self.checked(shapes.EndpointActSerializer)
        endpoint = get_object_or_404(self.seen(), pk=pk)

        def do() -> tuple[int, Any]:
            _act(self.actor, endpoint.pk, given["event"], given["reason"])
            return 200, shapes.EndpointSerializer(self.seen().get(pk=endpoint.pk)).data

        return once(request, f"webhooks.act.{pk}", do)


class EndpointRotate(WebhookView):
    """A new secret, in this answer alone; the former one signs too for the hours given."""

    @extend_schema(request=shapes.RotateSerializer, responses=shapes.MadeEndpointSerializer)
    def post(self, request: Request, pk: int) -> Response:
        given = self.checked(shapes.RotateSerializer)
        endpoint = get_object_or_404(self.seen(), pk=pk)
        shown: list[str] = []

        def do() -> tuple[int, Any]:
            made, secret = services.rotate_secret(actor=self.actor, endpoint_id=endpoint.pk, **given)
            shown.append(secret)
            return 200, shapes.EndpointSerializer(made).data

        return _with_secret(once(request, f"webhooks.rotate.{pk}", do), shown)


class Deliveries(WebhookView, ListAPIView[Delivery]):
    """What an endpoint was told, newest first."""

    queryset = Delivery.objects.none()
    serializer_class = shapes.DeliverySerializer

    def get_queryset(self) -> QuerySet[Delivery]:
        endpoint = get_object_or_404(self.seen(), pk=self.kwargs["pk"])
        return selectors.visible_deliveries(self.actor).filter(endpoint=endpoint)


class Redeliver(WebhookView):
    """Send one message once more, with the same id."""

    @extend_schema(request=shapes.ReasonSerializer, responses={202: shapes.DeliverySerializer})
    def post(self, request: Request, pk: int) -> Response:
        given = self.checked(shapes.ReasonSerializer)
        get_object_or_404(selectors.visible_deliveries(self.actor), pk=pk)

        def do() -> tuple[int, Any]:
            services.redeliver(actor=self.actor, delivery_id=pk, reason=given["reason"])
            return 202, shapes.DeliverySerializer(selectors.visible_deliveries(self.actor).get(pk=pk)).data

        return once(request, f"webhooks.redeliver.{pk}", do)


def _act(actor: Actor, pk: int, event: str, reason: str) -> None:
    if event == "pause":
        services.pause_endpoint(actor=actor, endpoint_id=pk, reason=reason)
    elif event == "resume":
        services.resume_endpoint(actor=actor, endpoint_id=pk)
    elif event == "end":
        services.end_endpoint(actor=actor, endpoint_id=pk, reason=reason)
    elif event == "ping":
        services.send_ping(actor=actor, endpoint_id=pk)
    else:
        services.redeliver_given_up(actor=actor, endpoint_id=pk, reason=reason)


def _with_secret(answer: Response, shown: list[str]) -> Response:
    """Put in after the answer was kept for repeats: what is kept lies in the database, where a secret must not be."""
    if shown:
        answer.data = {**answer.data, "secret": shown[0]}
        answer["Cache-Control"] = "no-store"
    return answer
