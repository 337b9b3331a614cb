"""Shapes of quality's API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from foundation.accounts.endpoints import SignSerializer
from foundation.records.manifest import ManifestsField, SignatureManifestSerializer
from quality import selectors
from quality.models import Deviation, Disposition, GaugeAssessment, Inspection, Nonconformance


class DispositionSerializer(serializers.ModelSerializer[Disposition]):
    decided_by = serializers.CharField(source="decided_by.name", read_only=True)
    signature = SignatureManifestSerializer(read_only=True)

    class Meta:
        model = Disposition
        fields = [
            "id", "kind", "quantity", "unit_numbers", "justification", "rework_operation",
            "regulatory_requirements_met", "expires_on", "decided_by", "decided_at", "signature", "executed_at",
            "executed_by_name", "execution_note",
        ]  # fmt: skip


class NonconformanceSerializer(serializers.ModelSerializer[Nonconformance]):
    item_number = serializers.CharField(source="item.number", read_only=True)
    lot_number = serializers.CharField(source="lot.display_number", read_only=True)
    dispositions = DispositionSerializer(many=True, read_only=True)
    signatures = ManifestsField(selectors.attach_nonconformance_signatures)

    class Meta:
        model = Nonconformance
        fields = [
            "id", "number", "source", "item_number", "lot", "lot_number", "stock_unit", "quantity", "unit", "unit_numbers",
            "defect_code", "description", "containment", "cause_code", "cause", "state", "order_number", "card_id",
            "step_key", "owner_role", "due_on", "raised_by_name", "raised_at", "closed_at", "dispositions", "signatures",
        ]  # fmt: skip


class RaiseSerializer(serializers.Serializer[Any]):
    lot = serializers.IntegerField()
    stock_unit = serializers.IntegerField(required=False)
    quantity = serializers.DecimalField(20, 6)
    unit = serializers.CharField()
    defect_code = serializers.CharField()
    description = serializers.CharField()


class CauseSerializer(serializers.Serializer[Any]):
    cause_code = serializers.CharField()
    cause = serializers.CharField()


class DecideSerializer(SignSerializer):
    kind = serializers.CharField()
    quantity = serializers.DecimalField(20, 6)
    justification = serializers.CharField()
    unit_numbers = serializers.ListField(child=serializers.IntegerField(), default=list)
    rework_operation = serializers.IntegerField(required=False)
    regulatory_requirements_met = serializers.BooleanField(required=False, allow_null=True, default=None)
    expires_on = serializers.DateField(required=False)


class NoteSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(default="", allow_blank=True)


class DeviationSerializer(serializers.ModelSerializer[Deviation]):
    signature = SignatureManifestSerializer(read_only=True)
    signatures = ManifestsField(selectors.attach_deviation_signatures)

    class Meta:
        model = Deviation
        fields = [
            "id", "number", "planned", "source", "description", "details", "interval_from", "interval_until", "unit_numbers",
            "gate", "gate_code", "valid_until", "state", "decision", "decided_at", "signature", "order_number", "card_id",
            "step_key", "owner_role", "due_on", "raised_by_name", "raised_at",
            "signatures",
        ]  # fmt: skip


class RaiseDeviationSerializer(serializers.Serializer[Any]):
    source = serializers.CharField(default="reported")
    description = serializers.CharField()
    planned = serializers.BooleanField(default=False)
    card_id = serializers.IntegerField(required=False, allow_null=True, default=None)
    order_number = serializers.CharField(default="", allow_blank=True)
    gate = serializers.CharField(default="", allow_blank=True)
    gate_code = serializers.CharField(default="", allow_blank=True)
    valid_until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class DecideDeviationSerializer(SignSerializer):
    accepted = serializers.BooleanField()
    decision = serializers.CharField()


class AssessmentSerializer(serializers.ModelSerializer[GaugeAssessment]):
    gauge = serializers.CharField(source="calibration.equipment.code")
    certificate = serializers.CharField(source="calibration.certificate")
    batch = serializers.CharField(source="subject_number")
    signatures = ManifestsField(selectors.attach_assessment_signatures)

    class Meta:
        model = GaugeAssessment
        fields = [
            "id", "number", "gauge", "certificate", "batch", "order_number", "readings", "interval_from", "interval_until",
            "state", "reason", "decided_at", "due_on", "opened_at",
            "signatures",
        ]  # fmt: skip


class DecideAssessmentSerializer(SignSerializer):
    affected = serializers.BooleanField()
    reason = serializers.CharField()


class ClosingReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField()


class InspectionSerializer(serializers.ModelSerializer[Inspection]):
    class Meta:
        model = Inspection
        fields = [
            "id", "number", "kind", "result", "checks", "note", "inspector_name", "station", "at", "order_number", "card_id",
            "unit_numbers",
        ]  # fmt: skip
