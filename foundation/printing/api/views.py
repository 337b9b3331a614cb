"""The print queue over the API: for print stations, and for whoever counts labels."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.accounts.endpoints import Endpoint
from foundation.core.api.writes import once
from foundation.files.web import download
from foundation.printing import services
from foundation.printing.api.serializers import PrintJobSerializer, ReprintSerializer
from foundation.printing.models import PrintJob
from foundation.printing.rendering import pdf_of
from foundation.printing.selectors import visible_prints


class PrintEndpoint(Endpoint):
    view_permission = "printing.view_label"


class PrintList(PrintEndpoint, ListAPIView[PrintJob]):
    """Prints, newest first; ``subject`` filters by the number of what is labelled."""

    serializer_class = PrintJobSerializer
    queryset = PrintJob.objects.none()

    @extend_schema(parameters=[OpenApiParameter("subject", str), OpenApiParameter("template", str)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[PrintJob]:
        asked = {"subject_number": "subject", "template": "template"}
        given = {
            field: self.request.query_params[name] for field, name in asked.items() if name in self.request.query_params
        }
        return visible_prints(self.actor).filter(**given).select_related("first_print")


class PrintPdf(PrintEndpoint):
    """The PDF of a print, the same bytes each time."""

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, number: str) -> HttpResponse:
        job = get_object_or_404(visible_prints(self.actor), number=number)
        return download(pdf_of(job), name=f"{job.number}.pdf", media_type="application/pdf")


class PrintReprint(PrintEndpoint):
    """Print again, with the reason."""

    @extend_schema(request=ReprintSerializer, responses={201: PrintJobSerializer})
    def post(self, request: Request, number: str) -> Response:
        values = self.read(ReprintSerializer, request)
        get_object_or_404(visible_prints(self.actor), number=number)

        def do() -> tuple[int, dict[str, Any]]:
            made = services.reprint_label(actor=self.actor, number=number, **values)
            return 201, dict(PrintJobSerializer(made).data)

        return once(request, f"printing.reprint.{number}", do)
