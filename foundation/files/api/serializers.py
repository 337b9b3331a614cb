from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.files.models import Attachment


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    """A kept original. ``origin`` is what was claimed of it; ``sha256`` is what it is."""

    sha256 = serializers.CharField(source="file.sha256", read_only=True)
    size = serializers.IntegerField(source="file.size", read_only=True)
    media_type = serializers.CharField(source="file.media_type", read_only=True)
    subject = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = ["id", "name", "sha256", "size", "media_type", "origin", "subject", "attached_by_name", "attached_at"]

    @extend_schema_field({"type": "object", "nullable": True, "additionalProperties": True})
    def get_subject(self, attachment: Attachment) -> dict[str, Any] | None:
        subject = attachment.subject
        return subject.as_json() if subject else None
