"""A signature as every answer of the API shows it: printed name, date and time with zone, meaning (21 CFR 11.50(b))."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.core.web.lists import Column
from foundation.records.models import Signature
from foundation.records.selectors.signed import Manifest, manifest_words

# Of a list whose ``prepare`` attaches the signatures of its rows: on the page, and in every file made of it.
SIGNED = Column("signatures", gettext_lazy("Signatures"), kind="words", value=manifest_words)


class SignatureManifestSerializer(serializers.ModelSerializer[Signature]):
    class Meta:
        model = Signature
        fields = (
            "id", "printed_name", "role", "meaning", "signed_at", "time_zone", "record_number", "record_version",
            "content_hash", "language", "station", "components", "reason",
        )  # fmt: skip
        read_only_fields = fields


class ManifestSerializer(serializers.Serializer[Manifest]):
    """What a signed record says of its signatures, and what each is worth now."""

    printed_name = serializers.CharField(source="signature.printed_name")
    meaning = serializers.CharField(source="signature.meaning")
    signed_at = serializers.DateTimeField(source="signature.signed_at")
    time_zone = serializers.CharField(source="signature.time_zone")
    content_hash = serializers.CharField(source="signature.content_hash")
    validity = serializers.CharField()


@extend_schema_field(ManifestSerializer(many=True))
class ManifestsField(serializers.Field[Any, Any, Any, Any]):
    """The signatures of a record. A list reads them for all of its rows (``Endpoint.prepare``); one alone asks."""

    def __init__(self, attach: Callable[[list[Any]], None], **kwargs: Any) -> None:
        self.attach = attach
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, value: Any) -> Any:
        if not hasattr(value, "manifests"):
            self.attach([value])
        return ManifestSerializer(value.manifests, many=True).data
