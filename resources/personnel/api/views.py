"""Qualifications and readings over the API: the same services, rules and refusals as the screens."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.accounts.endpoints import IDEMPOTENCY, Endpoint
from foundation.core.api.writes import once
from foundation.core.refs import RecordRef
from resources.personnel import services
from resources.personnel.api import serializers as shapes
from resources.personnel.models import Qualification, QualificationGrant, ReadingConfirmation
from resources.personnel.policies import VIEW


class PersonnelView(Endpoint):
    """Reading needs ``personnel.view_qualifications``; what a write needs its service asks."""

    view_permission = VIEW


class Qualifications(PersonnelView, ListAPIView[Qualification]):
    """What operations may ask of people."""

    queryset = Qualification.objects.all()
    serializer_class = shapes.QualificationSerializer
    filterset_fields = ("code",)

    @extend_schema(
        request=shapes.QualificationSerializer,
        responses={201: shapes.QualificationSerializer},
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """A new qualification."""
        values = self.read(shapes.QualificationSerializer, self.request)

        def do() -> tuple[int, Any]:
            made = services.create_qualification(actor=self.actor, **values)
            return 201, shapes.QualificationSerializer(made).data

        return once(request, "personnel.qualifications", do)


class Grants(PersonnelView, ListAPIView[QualificationGrant]):
    """Who holds or held what."""

    queryset = QualificationGrant.objects.select_related("user", "qualification")
    serializer_class = shapes.GrantSerializer
    filterset_fields = ("user", "qualification", "qualification__code")


class Give(PersonnelView):
    @extend_schema(request=shapes.GiveSerializer, responses={201: shapes.GrantSerializer}, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """Qualify a person."""
        qualification = get_object_or_404(Qualification, pk=pk)
        values = self.read(shapes.GiveSerializer, self.request)

        def do() -> tuple[int, Any]:
            grant = services.grant_qualification(actor=self.actor, qualification=qualification, **values)
            return 201, shapes.GrantSerializer(grant).data

        return once(request, f"personnel.{pk}.grants", do)


class Revoke(PersonnelView):
    @extend_schema(request=shapes.ReasonSerializer, responses=shapes.GrantSerializer, parameters=[IDEMPOTENCY])
    def post(self, request: Request, pk: int) -> Response:
        """End a grant at once, with the reason."""
        get_object_or_404(QualificationGrant, pk=pk)
        values = self.read(shapes.ReasonSerializer, self.request)

        def do() -> tuple[int, Any]:
            grant = services.revoke_qualification(actor=self.actor, grant_id=pk, **values)
            return 200, shapes.GrantSerializer(grant).data

        return once(request, f"personnel.grants.{pk}.revoke", do)


class Readings(PersonnelView, ListAPIView[ReadingConfirmation]):
    """Who has read which version."""

    queryset = ReadingConfirmation.objects.all()
    serializer_class = shapes.ReadingSerializer
    filterset_fields = ("user", "subject_label", "subject_id", "content_hash")

    @extend_schema(
        request=shapes.ReadingSerializer, responses={201: shapes.ReadingSerializer}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request) -> Response:
        """I have read this version."""
        values = self.read(shapes.ReadingSerializer, self.request)
        subject = RecordRef(values["subject_label"], values["subject_id"], values.get("subject_number", ""))

        def do() -> tuple[int, Any]:
            made = services.confirm_reading(actor=self.actor, subject=subject, content_hash=values["content_hash"])
            return 201, shapes.ReadingSerializer(made).data

        return once(request, "personnel.readings", do)
