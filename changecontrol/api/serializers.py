"""Shapes of the API of change control."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from changecontrol.models import AffectedThing, ApprovalStep, ChangeRequest, Effectivity, ImpactEntry, OrderDecision
from changecontrol.selectors.pages import attach_change_signatures
from changecontrol.states import ImpactKind, Kind, OrderChoice, Scope, Severity
from foundation.accounts.endpoints import SignSerializer
from foundation.records.manifest import ManifestsField


class TextsField(serializers.DictField):
    """``{language: text}``."""

    child = serializers.CharField(allow_blank=True)


class AffectedSerializer(serializers.ModelSerializer[AffectedThing]):
    number = serializers.CharField(source="revision.number", read_only=True)
    state = serializers.CharField(source="revision.state", read_only=True)

    class Meta:
        model = AffectedThing
        fields = ("id", "routing_revision", "bom_revision", "number", "state", "dragged", "content_hash")


class ImpactSerializer(serializers.ModelSerializer[ImpactEntry]):
    class Meta:
        model = ImpactEntry
        fields = (
            "id", "kind", "source", "subject_label", "subject_id", "subject_number", "text", "suggested", "decision",
            "reason", "judged_by", "judged_at",
        )  # fmt: skip
        read_only_fields = tuple(name for name in fields if name not in ("kind", "text"))


class StepSerializer(serializers.ModelSerializer[ApprovalStep]):
    class Meta:
        model = ApprovalStep
        fields = ("id", "round", "side", "permission", "outcome", "signer", "signed_at", "signatures")


class OrderDecisionSerializer(serializers.ModelSerializer[OrderDecision]):
    class Meta:
        model = OrderDecision
        fields = ("id", "order_number", "card_number", "choice", "reason", "by_default")


class EffectivitySerializer(serializers.ModelSerializer[Effectivity]):
    card_number = serializers.CharField(source="card.number", read_only=True)
    item_number = serializers.CharField(source="item.number", read_only=True)
    change_number = serializers.CharField(source="change.number", read_only=True)

    class Meta:
        model = Effectivity
        fields = (
            "id", "card", "card_number", "item", "item_number", "variant", "purpose", "scope", "order_number", "valid_from",
            "valid_until", "change", "change_number",
        )  # fmt: skip


class ChangeSerializer(serializers.ModelSerializer[ChangeRequest]):
    """A change as the list shows it."""

    signatures = ManifestsField(attach_change_signatures)

    class Meta:
        model = ChangeRequest
        fields = (
            "id", "number", "title", "kind", "severity", "reason", "state", "state_since", "raised_by", "raised_at", "round",
            "content_hash", "planned_scope", "planned_orders", "planned_from", "later_orders", "effective_from", "signatures",
        )  # fmt: skip


class ChangeDetailSerializer(ChangeSerializer):
    """A change with everything that it carries."""

    affected = AffectedSerializer(many=True, read_only=True)
    impact = ImpactSerializer(many=True, read_only=True)
    approval_steps = StepSerializer(many=True, read_only=True)
    order_decisions = OrderDecisionSerializer(many=True, read_only=True)
    effectivities = EffectivitySerializer(many=True, read_only=True)

    class Meta(ChangeSerializer.Meta):
        fields = (  # type: ignore[assignment]
            *ChangeSerializer.Meta.fields, "affected", "impact", "approval_steps", "order_decisions", "effectivities",
        )  # fmt: skip


class RaiseSerializer(serializers.Serializer[Any]):
    title = TextsField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    severity = serializers.ChoiceField(choices=Severity.choices)
    reason = serializers.CharField()
    routing_revision_ids = serializers.ListField(child=serializers.IntegerField(), default=list)
    bom_revision_ids = serializers.ListField(child=serializers.IntegerField(), default=list)


class EditSerializer(serializers.Serializer[Any]):
    title = TextsField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    severity = serializers.ChoiceField(choices=Severity.choices)
    reason = serializers.CharField()
    planned_scope = serializers.ChoiceField(choices=Scope.choices)
    planned_orders = serializers.ListField(child=serializers.CharField())
    planned_from = serializers.DateTimeField(allow_null=True)
    later_orders = serializers.ChoiceField(choices=OrderChoice.choices)


class AddAffectedSerializer(serializers.Serializer[Any]):
    routing_revision_id = serializers.IntegerField(required=False)
    bom_revision_id = serializers.IntegerField(required=False)


class AddImpactSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=ImpactKind.choices)
    text = TextsField()


class VerdictSerializer(serializers.Serializer[Any]):
    entry_id = serializers.IntegerField()
    decision = serializers.CharField()
    reason = serializers.CharField(default="", allow_blank=True)


class JudgementsSerializer(serializers.Serializer[Any]):
    judgements = VerdictSerializer(many=True)


class DecideOrderSerializer(serializers.Serializer[Any]):
    order_number = serializers.CharField()
    choice = serializers.CharField()
    reason = serializers.CharField(default="", allow_blank=True)


class ActSerializer(serializers.Serializer[Any]):
    """``reason`` where the state table asks for one; ``effective_from`` for *implement*."""

    reason = serializers.CharField(default="", allow_blank=True)
    effective_from = serializers.DateTimeField(required=False, allow_null=True, default=None)


class SignChangeSerializer(SignSerializer):
    """A signature with the reason of a refusal. ``shown`` is the one that the content names for this act."""

    reason = serializers.CharField(default="", allow_blank=True)


class CardAnswerSerializer(serializers.Serializer[Any]):
    card = serializers.IntegerField()
    card_number = serializers.CharField()
    revision = serializers.CharField()
    reason = serializers.CharField()
    effectivity = EffectivitySerializer()
