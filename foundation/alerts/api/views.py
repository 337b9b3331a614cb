"""The inbox over the API: the same rules as on screen."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.accounts.endpoints import Endpoint
from foundation.alerts import services
from foundation.alerts.api.serializers import AcknowledgementSerializer, AlertSerializer
from foundation.alerts.models import Alert
from foundation.alerts.selectors import inbox_of
from foundation.core.api.writes import once


class AlertList(Endpoint, ListAPIView[Alert]):
    """Alerts addressed to me, newest first; ``all=1`` with the answered ones."""

    serializer_class = AlertSerializer
    queryset = Alert.objects.none()

    @extend_schema(parameters=[OpenApiParameter("all", bool, description="with the answered ones")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Alert]:
        everything = self.request.query_params.get("all", "") in {"1", "true"}
        return inbox_of(self.actor, include_acknowledged=everything)


class AlertAcknowledge(Endpoint):
    """Answer an alert."""

    @extend_schema(request=AcknowledgementSerializer, responses=AlertSerializer)
    def post(self, request: Request, pk: int) -> Response:
        body = AcknowledgementSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        get_object_or_404(Alert, pk=pk)

        def do() -> tuple[int, dict[str, Any]]:
            note = body.validated_data["note"]
            alert = services.acknowledge_alert(actor=self.actor, alert_id=pk, note=note)
            return 200, dict(AlertSerializer(alert).data)

        return once(request, f"alerts.acknowledge.{pk}", do)
