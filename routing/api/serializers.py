"""Shapes of the API's input and output. What is right is said by the services."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from foundation.core.texts import localized
from foundation.records.manifest import ManifestsField
from foundation.records.selectors import attach_revision_signatures
from routing.models import (
    IntermediateMade,
    MaterialUse,
    Operation,
    OperationParameter,
    ParameterDefinition,
    ProcessCard,
    RoutingRevision,
    Step,
)
from routing.selectors import attach_card_signatures
from routing.services.operations import OPERATION_FIELDS
from routing.services.parameters import DEFINITION_FIELDS, PARAMETER_FIELDS
from routing.services.steps import STEP_FIELDS


class TextsField(serializers.DictField):
    """``{language: text}``."""

    child = serializers.CharField(allow_blank=True)


class RevisionSerializer(serializers.ModelSerializer[RoutingRevision]):
    item_number = serializers.CharField(source="item.number", read_only=True)
    bom_number = serializers.CharField(source="bom_revision.number", read_only=True)
    signatures = ManifestsField(attach_revision_signatures)

    class Meta:
        model = RoutingRevision
        fields = (
            "id", "number", "item", "item_number", "revision", "variant", "purpose", "state", "bom_revision", "bom_number",
            "copied_from", "content_hash", "signatures",
        )  # fmt: skip
        read_only_fields = fields


class StartSerializer(serializers.Serializer[Any]):
    bom_revision = serializers.IntegerField()
    variant = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    purpose = serializers.ChoiceField(choices=["production", "trial"], default="production")
    copy_of = serializers.IntegerField(required=False, allow_null=True, default=None)


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, default="", allow_blank=True)


class ProblemSerializer(serializers.Serializer[Any]):
    operation = serializers.IntegerField(allow_null=True)
    code = serializers.CharField()
    text = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning"])
    step = serializers.IntegerField(allow_null=True)
    position = serializers.CharField()


class EdgeSerializer(serializers.Serializer[Any]):
    source = serializers.IntegerField()
    target = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=["precedes", "loop"], default="precedes")
    maximum = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1)


class GraphWriteSerializer(serializers.Serializer[Any]):
    edges = EdgeSerializer(many=True)


class NodeSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.CharField()
    name = TextsField()
    label = serializers.CharField()
    url = serializers.CharField()
    problem = serializers.CharField(allow_blank=True)


class GraphSerializer(serializers.Serializer[Any]):
    nodes = NodeSerializer(many=True)
    edges = EdgeSerializer(many=True)
    etag = serializers.CharField()


class ChangeSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["added", "removed", "changed"])
    where = serializers.CharField()
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


class OperationSerializer(serializers.ModelSerializer[Operation]):
    name = TextsField(required=False)
    qualifications = serializers.ListField(child=serializers.CharField(), required=False)
    loop_back_to_id = serializers.IntegerField(required=False, allow_null=True)
    number = serializers.IntegerField(required=False, min_value=1)
    after = serializers.IntegerField(required=False, allow_null=True, write_only=True)

    class Meta:
        model = Operation
        fields = ("id", "revision", *OPERATION_FIELDS, "after")
        read_only_fields = ("id", "revision")
        validators: list[Any] = []


class OrderSerializer(serializers.Serializer[Any]):
    order = serializers.ListField(child=serializers.IntegerField())


class ParameterSerializer(serializers.ModelSerializer[OperationParameter]):
    definition_id = serializers.IntegerField()
    code = serializers.CharField(source="definition.code", read_only=True)
    name = TextsField(read_only=True)
    limits_source = TextsField(required=False)
    refresh = serializers.BooleanField(required=False, write_only=True)
    unit = serializers.CharField(required=False, max_length=20)

    class Meta:
        model = OperationParameter
        fields = ("id", "code", "name", *PARAMETER_FIELDS, "refresh")
        validators: list[Any] = []


class StepSerializer(serializers.ModelSerializer[Step]):
    instruction = TextsField(required=False)
    number = serializers.IntegerField(required=False, min_value=1)
    parameter = serializers.SerializerMethodField()
    after = serializers.IntegerField(required=False, allow_null=True, write_only=True)

    class Meta:
        model = Step
        fields = ("id", "operation", *STEP_FIELDS, "parameter", "after")
        read_only_fields = ("id", "operation")
        validators: list[Any] = []

    def get_parameter(self, step: Step) -> dict[str, Any] | None:
        parameter = getattr(step, "parameter", None)
        return dict(ParameterSerializer(parameter).data) if parameter else None


class MaterialUseSerializer(serializers.ModelSerializer[MaterialUse]):
    quantity = serializers.DecimalField(max_digits=18, decimal_places=6, required=False, allow_null=True)
    unit = serializers.CharField(required=False, default="", allow_blank=True)

    class Meta:
        model = MaterialUse
        fields = ("id", "operation", "position", "item", "quantity", "unit")
        read_only_fields = ("id", "operation", "item")


class IntermediateSerializer(serializers.ModelSerializer[IntermediateMade]):
    quantity = serializers.DecimalField(max_digits=18, decimal_places=6, required=False, allow_null=True)

    class Meta:
        model = IntermediateMade
        fields = ("id", "operation", "position", "item", "quantity", "unit")
        read_only_fields = ("id", "operation", "item", "unit")


class DefinitionSerializer(serializers.ModelSerializer[ParameterDefinition]):
    name = TextsField()
    use_count = serializers.IntegerField(read_only=True, default=0)

    class Meta:
        model = ParameterDefinition
        fields = ("id", "code", *DEFINITION_FIELDS, "use_count")
        validators: list[Any] = []


class CardSerializer(serializers.ModelSerializer[ProcessCard]):
    item_number = serializers.CharField(source="item.number", read_only=True)
    item_name = serializers.SerializerMethodField()
    signatures = ManifestsField(attach_card_signatures)

    class Meta:
        model = ProcessCard
        fields = (
            "id", "number", "item", "item_number", "item_name", "revision", "variant", "purpose", "routing_revision",
            "content_hash", "change_number", "published_at", "signatures",
        )  # fmt: skip
        read_only_fields = fields

    def get_item_name(self, card: ProcessCard) -> str:
        return localized(card.item.name)


class CardDetailSerializer(CardSerializer):
    class Meta(CardSerializer.Meta):
        fields = (*CardSerializer.Meta.fields, "content", "signature_ids")  # type: ignore[assignment]
        read_only_fields = fields
