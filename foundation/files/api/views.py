"""Kept originals over the API."""

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
from foundation.files import selectors
from foundation.files.api.serializers import AttachmentSerializer
from foundation.files.models import Attachment
from foundation.files.web import download


class FileEndpoint(Endpoint):
    view_permission = selectors.VIEW


class AttachmentList(FileEndpoint, ListAPIView[Attachment]):
    """Attachments, newest first; ``sha256`` answers where this very content was handed in before."""

    serializer_class = AttachmentSerializer
    queryset = Attachment.objects.none()

    @extend_schema(parameters=[OpenApiParameter("sha256", str), OpenApiParameter("subject", str)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Attachment]:
        asked = {"file__sha256": "sha256", "subject_number": "subject"}
        given = {
            field: self.request.query_params[name] for field, name in asked.items() if name in self.request.query_params
        }
        return selectors.visible_attachments(self.actor).filter(**given)


class AttachmentContent(FileEndpoint):
    """The original bytes."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponse:
        attachment = get_object_or_404(selectors.visible_attachments(self.actor), pk=pk)
        content = selectors.content_of(attachment)
        return download(content, name=attachment.name, media_type=attachment.file.media_type)
