from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.alerts.models import Alert


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """An alert. ``title`` and ``body`` are {language: text}."""

    subject = serializers.SerializerMethodField()

    class Meta:
        model = Alert
        fields = [
            "id", "rule", "severity", "state", "title", "body", "subject", "role", "raised_at", "acknowledged_at",
            "acknowledged_by_name", "note",
        ]  # fmt: skip

    @extend_schema_field({"type": "object", "nullable": True, "additionalProperties": True})
    def get_subject(self, alert: Alert) -> dict[str, Any] | None:
        subject = alert.subject
        return subject.as_json() if subject else None


class AcknowledgementSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
