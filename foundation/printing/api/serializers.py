from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.printing.models import PrintJob
from foundation.printing.services.labels import MAX_COPIES


class PrintJobSerializer(serializers.ModelSerializer[PrintJob]):
    """A print that was asked for. ``first_print`` is the number of the first one when this is a reprint."""

    subject = serializers.SerializerMethodField()
    first_print = serializers.CharField(source="first_print.number", default=None, read_only=True)

    class Meta:
        model = PrintJob
        fields = [
            "number", "template", "data", "content_hash", "copies", "subject", "first_print", "reason", "station",
            "requested_by_name", "requested_at",
        ]  # fmt: skip

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_subject(self, job: PrintJob) -> dict[str, Any]:
        return job.subject.as_json()


class ReprintSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)
    copies = serializers.IntegerField(min_value=1, max_value=MAX_COPIES, default=1)
