"""Shapes of the floor's API. Decimals are strings; names are {language: text}."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.accounts.endpoints import SignSerializer
from foundation.core.refs import RecordRef
from foundation.records.manifest import ManifestsField, SignatureManifestSerializer
from foundation.records.selectors import signatures_of
from shopfloor.models import (
    Correction,
    Handover,
    ProductionReport,
    SecondCheck,
    StepRecord,
    TravelCard,
    WorkCard,
    WorkOrder,
)
from shopfloor.signed import attach_card_signatures, attach_correction_signatures, attach_entry_signatures


class WorkOrderSerializer(serializers.ModelSerializer[WorkOrder]):
    item_number = serializers.CharField(source="item.number", read_only=True)
    site_code = serializers.CharField(source="site.code", read_only=True)
    process_card_number = serializers.CharField(source="process_card.number", read_only=True, default="")

    class Meta:
        model = WorkOrder
        fields = [
            "id", "number", "item", "item_number", "variant", "quantity", "unit", "kind", "state", "process_card",
            "process_card_number", "site_code", "due", "note", "planned_at", "dispatched_at", "completed_at",
        ]  # fmt: skip


class PlanSerializer(serializers.Serializer[Any]):
    item = serializers.IntegerField()
    quantity = serializers.DecimalField(20, 6)
    site = serializers.IntegerField()
    kind = serializers.CharField(default="production")
    due = serializers.DateField(required=False)
    variant = serializers.CharField(default="", allow_blank=True)
    note = serializers.CharField(default="", allow_blank=True)


class DispatchSerializer(serializers.Serializer[Any]):
    serials = serializers.ListField(child=serializers.CharField(), default=list)


class FloorReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(default="", allow_blank=True)


class TravellerSerializer(serializers.ModelSerializer[TravelCard]):
    order = serializers.CharField(source="batch.order.number", read_only=True)
    batch = serializers.CharField(source="batch.number", read_only=True)
    serial = serializers.CharField(source="unit.lot.serial", read_only=True, default="")

    class Meta:
        model = TravelCard
        fields = ["id", "code", "order", "batch", "serial"]


class WorkCardSerializer(serializers.ModelSerializer[WorkCard]):
    signatures = ManifestsField(attach_card_signatures)
    order = serializers.CharField(source="order.number", read_only=True)
    batch = serializers.CharField(source="batch.number", read_only=True)
    serial = serializers.CharField(source="unit.lot.serial", read_only=True, default="")

    class Meta:
        model = WorkCard
        fields = [
            "id", "number", "order", "batch", "serial", "operation", "work_center", "kind", "state", "origin",
            "first_piece_accepted", "started_at", "completed_at", "signatures",
        ]  # fmt: skip


class DispatchedSerializer(serializers.Serializer[Any]):
    order = WorkOrderSerializer()
    batch = serializers.CharField(source="batch.number")
    travellers = TravellerSerializer(many=True)
    cards = WorkCardSerializer(many=True)
    forecast = serializers.ListField(child=serializers.DictField())


class BalanceSerializer(serializers.Serializer[Any]):
    arrived = serializers.IntegerField()
    here = serializers.IntegerField()
    good = serializers.IntegerField()
    scrap = serializers.IntegerField()
    rework = serializers.IntegerField()
    held = serializers.IntegerField()
    destroyed = serializers.IntegerField()
    retained = serializers.IntegerField()
    balanced = serializers.BooleanField()


class LineSerializer(serializers.Serializer[Any]):
    position = serializers.CharField()
    name = serializers.CharField()
    item_number = serializers.CharField()
    needed = serializers.DecimalField(24, 9)
    scanned = serializers.DecimalField(24, 9)
    unit = serializers.CharField()
    optional = serializers.BooleanField()
    made_here = serializers.BooleanField()


class EntryViewSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    kind = serializers.CharField()
    piece = serializers.IntegerField(allow_null=True)
    instruction = serializers.CharField()
    by = serializers.CharField()
    rule = serializers.CharField()
    second_check = serializers.CharField()
    parameter = serializers.DictField(allow_null=True)
    choices = serializers.ListField(child=serializers.DictField())
    lines = LineSerializer(many=True)
    waits_for = serializers.CharField()
    attempt = serializers.IntegerField()
    done = serializers.BooleanField()
    records = serializers.ListField(child=serializers.DictField())


class CardViewSerializer(serializers.Serializer[Any]):
    """Everything that the tablet shows of a card, for who asks."""

    card = WorkCardSerializer()
    operation_name = serializers.CharField()
    item_name = serializers.DictField()
    clocked_in = serializers.BooleanField()
    people = serializers.ListField(child=serializers.DictField())
    balance = BalanceSerializer()
    pieces = serializers.SerializerMethodField()
    next = EntryViewSerializer(allow_null=True)
    entries = EntryViewSerializer(many=True)
    gates = serializers.ListField(child=serializers.DictField(), source="gate_rows")
    events = serializers.ListField(child=serializers.CharField())
    first_piece = serializers.IntegerField(allow_null=True)
    first_piece_ready = serializers.BooleanField()
    can_complete = serializers.BooleanField()
    signatures = serializers.SerializerMethodField()

    @extend_schema_field(SignatureManifestSerializer(many=True))
    def get_signatures(self, view: Any) -> Any:
        return SignatureManifestSerializer(signatures_of(RecordRef.to(view.card)), many=True).data

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_pieces(self, view: Any) -> list[dict[str, Any]]:
        return [
            {"number": p.number, "bucket": p.bucket, "open_steps": p.open_steps, "next_step": p.next_step}
            for p in view.pieces
        ]


class MachineSerializer(serializers.Serializer[Any]):
    equipment_code = serializers.CharField(default="", allow_blank=True)


class CapturedSerializer(serializers.Serializer[Any]):
    """When the device says it happened, and its clock when it sent."""

    captured_at = serializers.DateTimeField()
    device_time = serializers.DateTimeField(required=False)


class StepEntrySerializer(CapturedSerializer):
    step_key = serializers.CharField()
    value = serializers.CharField(allow_blank=True)
    unit_no = serializers.IntegerField(required=False)
    unit = serializers.CharField(default="", allow_blank=True)
    note = serializers.CharField(default="", allow_blank=True)
    confirm_out_of_limits = serializers.BooleanField(default=False)
    measure_again = serializers.BooleanField(default=False)
    equipment_code = serializers.CharField(default="", allow_blank=True)
    origin = serializers.ChoiceField(["typed", "machine"], default="typed")


class ScanSerializer(CapturedSerializer):
    code = serializers.CharField()
    quantity = serializers.DecimalField(24, 9, required=False)
    unit = serializers.CharField(default="", allow_blank=True)
    position = serializers.CharField(default="", allow_blank=True)
    step_key = serializers.CharField(default="", allow_blank=True)
    unit_no = serializers.IntegerField(required=False)


class TestFileSerializer(CapturedSerializer):
    step_key = serializers.CharField()
    unit_no = serializers.IntegerField(required=False)
    file = serializers.FileField()


class StepResultSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    step = serializers.CharField()
    unit_no = serializers.IntegerField(allow_null=True)
    value = serializers.CharField()
    outcome = serializers.CharField()
    reaction = serializers.CharField()
    nonconformance = serializers.CharField(allow_null=True)
    deviation = serializers.CharField(allow_null=True)
    repeated = serializers.BooleanField()


class StepRecordSerializer(serializers.ModelSerializer[StepRecord]):
    signatures = ManifestsField(attach_entry_signatures)

    class Meta:
        model = StepRecord
        fields = [
            "id", "card", "step_key", "kind", "unit_no", "attempt", "value", "number", "unit", "lower", "upper", "outcome",
            "reaction", "confirmed", "note", "origin", "position", "quantity", "corrects", "performer_name", "station",
            "captured_at", "received_at", "skew_ms", "late", "evidence", "signatures",
        ]  # fmt: skip


class ReportSerializer(serializers.Serializer[Any]):
    captured_at = serializers.DateTimeField()
    good = serializers.IntegerField(default=0, min_value=0)
    scrap = serializers.IntegerField(default=0, min_value=0)
    rework = serializers.IntegerField(default=0, min_value=0)
    pieces = serializers.ListField(child=serializers.IntegerField(), default=list)
    scrap_code = serializers.CharField(default="", allow_blank=True)
    note = serializers.CharField(default="", allow_blank=True)
    seen = serializers.IntegerField(default=None, allow_null=True, min_value=0)


class ProductionReportSerializer(serializers.ModelSerializer[ProductionReport]):
    class Meta:
        model = ProductionReport
        fields = [
            "id",
            "card",
            "good",
            "scrap",
            "rework",
            "good_pieces",
            "scrap_code",
            "note",
            "reported_by_name",
            "at",
        ]


class UnitsSerializer(SignSerializer):
    operation = serializers.IntegerField()
    units = serializers.ListField(child=serializers.IntegerField())
    containers = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class JudgementSerializer(serializers.Serializer[Any]):
    accepted = serializers.BooleanField()
    checks = serializers.ListField(child=serializers.DictField(), default=list)
    note = serializers.CharField(default="", allow_blank=True)


class InspectSerializer(JudgementSerializer):
    kind = serializers.CharField()


class LookSerializer(SignSerializer):
    """A second look; signed by a witness, and by a reviewer who gives a secret."""

    value = serializers.CharField(default="", allow_blank=True)
    scanned_code = serializers.CharField(default="", allow_blank=True)
    equipment_code = serializers.CharField(default="", allow_blank=True)
    agreed = serializers.BooleanField(default=True)
    note = serializers.CharField(default="", allow_blank=True)
    secret = serializers.CharField(write_only=True, default="", allow_blank=True, trim_whitespace=False)


class SecondCheckSerializer(serializers.ModelSerializer[SecondCheck]):
    signature = SignatureManifestSerializer(read_only=True)

    class Meta:
        model = SecondCheck
        fields = [
            "id",
            "record",
            "kind",
            "agreed",
            "value",
            "difference",
            "tolerance",
            "checker_name",
            "at",
            "signature",
        ]


class RemoveSerializer(serializers.Serializer[Any]):
    captured_at = serializers.DateTimeField()
    reason = serializers.CharField()
    return_to = serializers.IntegerField()
    quantity = serializers.DecimalField(24, 9, required=False)


class CorrectSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    reason = serializers.CharField()


class CorrectionSerializer(serializers.ModelSerializer[Correction]):
    signatures = ManifestsField(attach_correction_signatures)

    class Meta:
        model = Correction
        fields = [
            "id", "record", "new_value", "reason", "state", "asked_by_name", "asked_at", "decided_by_name", "decided_at",
            "decision_note", "applied_as", "signatures",
        ]  # fmt: skip


class DecideCorrectionSerializer(SignSerializer):
    approved = serializers.BooleanField()
    note = serializers.CharField()


class HandOverSerializer(serializers.Serializer[Any]):
    machine_state = serializers.CharField(default="", allow_blank=True)
    note = serializers.CharField(default="", allow_blank=True)


class HandoverSerializer(serializers.ModelSerializer[Handover]):
    class Meta:
        model = Handover
        fields = [
            "id", "card", "quantity", "open_steps", "machine_state", "note", "state", "outgoing_name", "incoming_name",
            "answer_note", "offered_at", "answered_at",
        ]  # fmt: skip


class AnswerSerializer(serializers.Serializer[Any]):
    accepted = serializers.BooleanField()
    note = serializers.CharField(default="", allow_blank=True)


class HappenedSerializer(serializers.Serializer[Any]):
    what_happened = serializers.CharField()
    containers = serializers.ListField(child=serializers.CharField(), default=list)
    unit_no = serializers.IntegerField(required=False)
    refused_code = serializers.CharField(default="", allow_blank=True)
    step_key = serializers.CharField(default="", allow_blank=True)


class AskToOpenSerializer(serializers.Serializer[Any]):
    """``refused_code`` as the closed gate said it; ``container`` where material was refused."""

    refused_code = serializers.CharField()
    why = serializers.CharField()
    container = serializers.CharField(default="", allow_blank=True)
    unit_no = serializers.IntegerField(required=False)
    step_key = serializers.CharField(default="", allow_blank=True)


class DeviationNumberSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.CharField()
    state = serializers.CharField()


class ExcludeSerializer(serializers.Serializer[Any]):
    rows = serializers.ListField(child=serializers.IntegerField())
    reason = serializers.CharField()
