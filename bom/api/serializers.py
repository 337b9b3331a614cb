"""Shapes of the API's input and output. What is right is said by the services."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from bom.models import ApprovedSource, Basis, BomRevision, Item, Market, StandardCost
from bom.services.items import CHANGEABLE
from foundation.accounts.endpoints import SignSerializer
from foundation.records.manifest import ManifestSerializer, ManifestsField
from foundation.records.selectors import attach_revision_signatures


class TextsField(serializers.DictField):
    """``{language: text}``."""

    child = serializers.CharField(allow_blank=True)


class ItemSerializer(serializers.ModelSerializer[Item]):
    """An item's master data. The number is given once."""

    name = TextsField()
    markets = serializers.ListField(child=serializers.ChoiceField(choices=Market), required=False)

    class Meta:
        model = Item
        fields = ("id", "number", *CHANGEABLE)
        read_only_fields = ("id",)
        extra_kwargs: dict[str, Any] = {"number": {"validators": []}}


class ItemChangeSerializer(serializers.ModelSerializer[Item]):
    """What may change about an item."""

    name = TextsField()
    markets = serializers.ListField(child=serializers.ChoiceField(choices=Market), required=False)

    class Meta:
        model = Item
        fields = CHANGEABLE


class ItemSourceSerializer(serializers.ModelSerializer[ApprovedSource]):
    supplier = serializers.CharField(source="supplier.name")
    supplier_code = serializers.CharField(source="supplier.code")

    class Meta:
        model = ApprovedSource
        fields = ("id", "supplier", "supplier_code", "part_number", "approved")


class StandardCostSerializer(serializers.ModelSerializer[StandardCost]):
    note = TextsField(required=False)

    class Meta:
        model = StandardCost
        fields = (
            "id", "amount", "currency", "per_quantity", "per_unit", "valid_from", "approximate", "uncertain", "note",
        )  # fmt: skip
        read_only_fields = ("id",)
        extra_kwargs = {
            "valid_from": {"required": False},
            "per_quantity": {"required": False},
            "currency": {"required": True},
        }


class BomRevisionSerializer(serializers.ModelSerializer[BomRevision]):
    item_number = serializers.CharField(source="item.number", read_only=True)
    item_name = TextsField(source="item.name", read_only=True)
    etag = serializers.CharField(read_only=True)
    signatures = ManifestsField(attach_revision_signatures)

    class Meta:
        model = BomRevision
        fields = (
            "id", "number", "item", "item_number", "item_name", "revision", "state", "content_hash", "origin", "approval_number",
            "approved_at", "etag", "signatures",
        )  # fmt: skip
        read_only_fields = fields


class BomAlternateSerializer(serializers.Serializer[Any]):
    item_id = serializers.IntegerField()
    item_number = serializers.CharField()
    position = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=20, decimal_places=6)
    unit = serializers.CharField()
    condition = TextsField()
    with_ = serializers.ListField(child=serializers.CharField())

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["with"] = fields.pop("with_")
        return fields


class BomContentLineSerializer(serializers.Serializer[Any]):
    """A line of the canonical content."""

    position = serializers.CharField()
    item_id = serializers.IntegerField()
    item_number = serializers.CharField()
    name = TextsField()
    tracking = serializers.CharField()
    kind = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=20, decimal_places=6)
    unit = serializers.CharField()
    basis = serializers.ChoiceField(choices=Basis.choices)
    scrap_factor = serializers.DecimalField(max_digits=6, decimal_places=4)
    optional = serializers.BooleanField()
    critical = serializers.BooleanField()
    approximate = serializers.BooleanField()
    is_cut_stock = serializers.BooleanField()
    cut_from = serializers.CharField(allow_null=True)
    alternate_of = serializers.ListField(child=serializers.CharField())
    condition = TextsField()
    used_with = serializers.CharField(allow_null=True)
    note = TextsField()
    alternates = BomAlternateSerializer(many=True)


class BomContentToolSerializer(serializers.Serializer[Any]):
    position = serializers.CharField()
    item_id = serializers.IntegerField()
    item_number = serializers.CharField()
    name = TextsField()
    quantity = serializers.DecimalField(max_digits=20, decimal_places=6)
    optional = serializers.BooleanField()
    note = TextsField()


class BomRevisionDetailSerializer(BomRevisionSerializer):
    """With the canonical content: for a draft as it stands, else as it was submitted. ``line_ids``: position → id."""

    lines = BomContentLineSerializer(many=True, read_only=True)
    tools = BomContentToolSerializer(many=True, read_only=True)
    line_ids = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    tool_ids = serializers.DictField(child=serializers.IntegerField(), read_only=True)

    class Meta(BomRevisionSerializer.Meta):
        fields = (*BomRevisionSerializer.Meta.fields, "lines", "tools", "line_ids", "tool_ids")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class BomLineSerializer(serializers.Serializer[Any]):
    """A line of a draft. The unit is the component's own."""

    position = serializers.CharField(max_length=20)
    component_id = serializers.IntegerField()
    quantity = serializers.DecimalField(max_digits=20, decimal_places=6)
    unit = serializers.CharField(required=False, allow_blank=True, max_length=12)
    basis = serializers.ChoiceField(choices=Basis.choices, required=False)
    scrap_factor = serializers.DecimalField(max_digits=6, decimal_places=4, required=False)
    optional = serializers.BooleanField(required=False)
    critical = serializers.BooleanField(required=False)
    approximate = serializers.BooleanField(required=False)
    is_cut_stock = serializers.BooleanField(required=False)
    cut_from = serializers.CharField(required=False, allow_blank=True, max_length=20)
    alternate_of = serializers.ListField(child=serializers.CharField(max_length=20), required=False)
    alternate_condition = TextsField(required=False)
    used_with = serializers.CharField(required=False, allow_blank=True, max_length=20)
    note = TextsField(required=False)


class BomToolSerializer(serializers.Serializer[Any]):
    position = serializers.CharField(max_length=20)
    item_id = serializers.IntegerField()
    quantity = serializers.DecimalField(max_digits=20, decimal_places=6, required=False)
    optional = serializers.BooleanField(required=False)
    note = TextsField(required=False)


class BomStartSerializer(serializers.Serializer[Any]):
    item = serializers.IntegerField()
    copy_of = serializers.IntegerField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class BomReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class BomProblemSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()
    position = serializers.CharField(allow_blank=True)
    severity = serializers.ChoiceField(choices=["error", "warning"])


class ExplodedLineSerializer(serializers.Serializer[Any]):
    """A node; ``quantity`` is rolled up for the quantity asked for."""

    level = serializers.IntegerField()
    path = serializers.ListField(child=serializers.CharField())
    item_id = serializers.IntegerField()
    item_number = serializers.CharField()
    name = TextsField()
    quantity = serializers.DecimalField(max_digits=40, decimal_places=None)
    quantity_each = serializers.DecimalField(max_digits=20, decimal_places=6)
    unit = serializers.CharField()
    role = serializers.CharField()
    taken = serializers.BooleanField()
    approximate = serializers.BooleanField()
    child_revision_id = serializers.IntegerField(allow_null=True)


class WhereUsedSerializer(serializers.Serializer[Any]):
    level = serializers.IntegerField()
    item_id = serializers.IntegerField()
    item_number = serializers.CharField()
    name = TextsField()
    revision_id = serializers.IntegerField()
    revision_number = serializers.CharField()
    state = serializers.CharField()
    position = serializers.CharField()
    component_id = serializers.IntegerField()
    quantity = serializers.DecimalField(max_digits=20, decimal_places=6)
    unit = serializers.CharField()
    conditional = serializers.BooleanField()
    is_top = serializers.BooleanField()
    quantity_below = serializers.DecimalField(max_digits=40, decimal_places=None, allow_null=True)


class CostElementSerializer(serializers.Serializer[Any]):
    path = serializers.ListField(child=serializers.CharField())
    item_id = serializers.IntegerField()
    item_number = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=40, decimal_places=None)
    unit = serializers.CharField()
    amount = serializers.DecimalField(max_digits=40, decimal_places=None, allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())


class AssemblyCostSerializer(serializers.Serializer[Any]):
    path = serializers.ListField(child=serializers.CharField())
    item_id = serializers.IntegerField()
    item_number = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=40, decimal_places=None)
    rolled_up = serializers.DecimalField(max_digits=40, decimal_places=None)
    stated = serializers.DecimalField(max_digits=40, decimal_places=None, allow_null=True)


class BomCostSerializer(serializers.Serializer[Any]):
    """Material cost of one piece; ``elements`` with reasons are uncertain, those without an amount are not in the sum."""

    amount = serializers.DecimalField(max_digits=40, decimal_places=None)
    currency = serializers.CharField(allow_blank=True)
    elements = CostElementSerializer(many=True)
    assemblies = AssemblyCostSerializer(many=True)


class BomLineChangeSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["added", "removed", "changed", "moved"])
    position = serializers.CharField()
    is_tool = serializers.BooleanField()
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)
    fields_ = serializers.DictField(help_text="name → [before, after]")

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["fields"] = fields.pop("fields_")
        return fields


class BaselineSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    entries = serializers.ListField(child=serializers.DictField())
    signed = serializers.DictField(child=serializers.CharField(), help_text="side → printed name")
    signatures = ManifestSerializer(many=True)


class BaselineProposeSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    revisions = serializers.ListField(child=serializers.IntegerField(), allow_empty=False)


class BaselineSignSerializer(SignSerializer):
    """A signature for one side."""

    side = serializers.ChoiceField(choices=["engineering", "quality"])
