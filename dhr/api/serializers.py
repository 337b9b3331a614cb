"""Shapes of the batch records' API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from dhr.models import DeviceHistoryRecord, Package, Release
from dhr.selectors import attach_record_signatures
from foundation.accounts.endpoints import SignSerializer
from foundation.records.manifest import ManifestsField, SignatureManifestSerializer
from resources.inventory.models import Place


class RecordSerializer(serializers.ModelSerializer[DeviceHistoryRecord]):
    """A batch record in a list; its content is an address of its own."""

    order = serializers.CharField(source="batch.order.number")
    batch = serializers.CharField(source="batch.number")
    lot = serializers.CharField(source="lot.number")
    serial = serializers.CharField(source="lot.serial")
    item = serializers.CharField(source="lot.item.number")
    signatures = ManifestsField(attach_record_signatures)

    class Meta:
        model = DeviceHistoryRecord
        fields = ("id", "number", "state", "order", "batch", "lot", "serial", "item", "opened_at", "signatures")


class ReviewRequestSerializer(SignSerializer):
    """A signature with a note."""

    note = serializers.CharField(required=False, default="", allow_blank=True)


class ReleaseRequestSerializer(ReviewRequestSerializer):
    """``stock_units``: ids to release; left out: all that can be. ``place``: the code of where it is put away."""

    stock_units = serializers.ListField(child=serializers.IntegerField(), required=False, default=None)
    place = serializers.SlugRelatedField(slug_field="code", queryset=Place.objects.all(), default=None, allow_null=True)


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    version = serializers.IntegerField(source="version.version")
    content_hash = serializers.CharField(source="version.content_hash")
    signature = SignatureManifestSerializer(read_only=True)

    class Meta:
        model = Release
        fields = ("id", "version", "content_hash", "quantity", "unit", "stock_units", "at", "signature")


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField()


class PackageSerializer(serializers.ModelSerializer[Package]):
    class Meta:
        model = Package
        fields = ("id", "file_name", "sha256", "size", "key_fingerprint", "made_at")


class PackageJobSerializer(serializers.Serializer[Any]):
    """How far the worker is; ``package`` appears when it is made."""

    job = serializers.IntegerField()
    state = serializers.CharField()
    progress = serializers.IntegerField()
    package = PackageSerializer(allow_null=True)
