"""Shapes of the API's input and output. What is right is said by the services."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from foundation.accounts.models import Site
from foundation.webhooks.models import Delivery, Endpoint
from foundation.webhooks.services.endpoints import MOST_OVERLAP

EVENTS = ("pause", "resume", "end", "ping", "redeliver")


class EventSerializer(serializers.Serializer[Any]):
    """``data_schema``: JSON schema of ``data``."""

    name = serializers.CharField()
    version = serializers.IntegerField()
    record = serializers.CharField(allow_blank=True)
    data_schema = serializers.DictField()


class EndpointSerializer(serializers.ModelSerializer[Endpoint]):
    """An endpoint, without its secret. ``site`` null: every site."""

    site: Any = serializers.SlugRelatedField(slug_field="code", read_only=True, allow_null=True)
    kinds = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Endpoint
        fields = (
            "id", "name", "url", "kinds", "site", "state", "generation", "fingerprint", "former_until", "created_at",
            "created_by_name",
        )  # fmt: skip


class NewEndpointSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    url = serializers.CharField(max_length=1000)
    kinds = serializers.ListField(child=serializers.CharField(), min_length=1)
    site: Any = serializers.SlugRelatedField(
        slug_field="code", queryset=Site.objects.all(), allow_null=True, default=None, required=False
    )


class MadeEndpointSerializer(EndpointSerializer):
    """``secret`` is in the first answer alone: nobody can read it again, also not by repeating the request."""

    secret = serializers.CharField(required=False)

    class Meta(EndpointSerializer.Meta):
        fields = (*EndpointSerializer.Meta.fields, "secret")  # type: ignore[assignment]


class EndpointActSerializer(serializers.Serializer[Any]):
    event = serializers.ChoiceField(choices=EVENTS)
    reason = serializers.CharField(default="", allow_blank=True, max_length=2000)


class RotateSerializer(serializers.Serializer[Any]):
    overlap_hours = serializers.IntegerField(min_value=0, max_value=MOST_OVERLAP, default=24)


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(default="", allow_blank=True, max_length=2000)


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    state = serializers.CharField(read_only=True)
    tried = serializers.IntegerField(read_only=True)
    last_status = serializers.IntegerField(read_only=True, allow_null=True)
    next_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Delivery
        fields = (
            "id", "message", "event", "version", "occurred_at", "queued_at", "state", "tried", "last_status", "next_at",
            "subject_label", "subject_id", "subject_number", "body",
        )  # fmt: skip
