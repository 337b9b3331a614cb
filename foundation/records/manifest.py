"""A signature as every answer of the API shows it: printed name, date and time with zone, meaning (21 CFR 11.50(b))."""

from __future__ import annotations

from rest_framework import serializers

from foundation.records.models import Signature


class SignatureManifestSerializer(serializers.ModelSerializer[Signature]):
    class Meta:
        model = Signature
        fields = (
            "id", "printed_name", "role", "meaning", "signed_at", "time_zone", "record_number", "record_version",
            "content_hash", "language", "station", "components", "reason",
        )  # fmt: skip
        read_only_fields = fields
