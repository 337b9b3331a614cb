"""Shapes of the API's input and output. What is right is said by the services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from foundation.core.canonical import decimal_text
from resources.inventory.models import GenealogyLink, Hold, Lot, Movement, Place, Receipt, ReceiptInspection, StockUnit
from resources.inventory.states import InspectionResult, PlaceKind


class QuantityField(serializers.DecimalField):
    """A decimal as text, without the zeros of its column."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=24, decimal_places=9, **kwargs)

    def to_representation(self, value: Any) -> str:
        return decimal_text(Decimal(value))


class TextsField(serializers.DictField):
    """``{language: text}``."""

    child = serializers.CharField(allow_blank=True)


class PlaceSerializer(serializers.ModelSerializer[Place]):
    name = TextsField()
    kind = serializers.ChoiceField(choices=PlaceKind.choices)

    class Meta:
        model = Place
        fields = ("id", "code", "name", "kind", "site", "active", "released_only")
        read_only_fields = ("id", "active")


class LotSerializer(serializers.ModelSerializer[Lot]):
    item_number = serializers.CharField(source="item.number", read_only=True)
    supplier_name = serializers.CharField(source="supplier.name", read_only=True, default=None)

    class Meta:
        model = Lot
        fields = (
            "id", "number", "serial", "item", "item_number", "unit", "supplier", "supplier_name", "supplier_lot", "made_on",
            "expires_on", "parent_lot", "built_to_card",
        )  # fmt: skip
        read_only_fields = fields


class StockUnitSerializer(serializers.ModelSerializer[StockUnit]):
    lot_number = serializers.CharField(source="lot.display_number", read_only=True)
    item = serializers.IntegerField(source="lot.item_id", read_only=True)
    item_number = serializers.CharField(source="lot.item.number", read_only=True)
    place_code = serializers.CharField(source="place.code", read_only=True)
    expires_on = serializers.DateField(source="lot.expires_on", read_only=True, allow_null=True)
    quantity = QuantityField(read_only=True)

    class Meta:
        model = StockUnit
        fields = (
            "id", "container", "lot", "lot_number", "item", "item_number", "place", "place_code", "quantity", "unit",
            "status", "expires_on",
        )  # fmt: skip
        read_only_fields = fields


class MovementSerializer(serializers.ModelSerializer[Movement]):
    from_place = serializers.CharField(source="from_place.code", read_only=True)
    to_place = serializers.CharField(source="to_place.code", read_only=True)
    quantity = QuantityField(read_only=True)
    change = QuantityField(read_only=True)

    class Meta:
        model = Movement
        fields = (
            "id", "stock_unit", "kind", "from_place", "to_place", "quantity", "change", "unit", "card_id", "step_key", "at",
        )  # fmt: skip


class LinkSerializer(serializers.ModelSerializer[GenealogyLink]):
    quantity = QuantityField(read_only=True)

    class Meta:
        model = GenealogyLink
        fields = (
            "id", "consumed_lot", "produced_lot", "kind", "quantity", "unit", "stock_unit", "removes", "card_id", "step_key",
            "position", "at",
        )  # fmt: skip


class ReceiptSerializer(serializers.ModelSerializer[Receipt]):
    lot_number = serializers.CharField(source="lot.number", read_only=True)
    quantity = QuantityField(read_only=True)
    stock_units = serializers.SerializerMethodField()

    class Meta:
        model = Receipt
        fields = (
            "id", "number", "lot", "lot_number", "place", "quantity", "unit", "stated_quantity", "containers",
            "delivery_note", "received_by_name", "received_at", "stock_units",
        )  # fmt: skip

    def get_stock_units(self, receipt: Receipt) -> list[str]:
        """Container numbers of the lot."""
        return [unit.container for unit in receipt.lot.stock_units.all()]


class ReceiveSerializer(serializers.Serializer[Any]):
    item_id = serializers.IntegerField()
    quantity = QuantityField()
    unit = serializers.CharField(max_length=20)
    supplier_id = serializers.IntegerField()
    supplier_lot = serializers.CharField(max_length=100)
    place = serializers.SlugRelatedField(slug_field="code", queryset=Place.objects.all())
    made_on = serializers.DateField(required=False, allow_null=True, default=None)
    expires_on = serializers.DateField(required=False, allow_null=True, default=None)
    containers = serializers.IntegerField(default=1)
    delivery_note = serializers.CharField(default="", allow_blank=True, max_length=100)
    expired_reason = serializers.CharField(default="", allow_blank=True, max_length=500)


class CheckSerializer(serializers.Serializer[Any]):
    check = serializers.CharField(max_length=200)
    value = serializers.CharField(default="", allow_blank=True, max_length=200)
    passed = serializers.BooleanField()


class InspectSerializer(serializers.Serializer[Any]):
    result = serializers.ChoiceField(choices=InspectionResult.choices)
    checks = CheckSerializer(many=True, default=list)
    note = serializers.CharField(default="", allow_blank=True)
    whole_lot = serializers.BooleanField(default=False)
    place = serializers.SlugRelatedField(slug_field="code", queryset=Place.objects.all(), default=None, allow_null=True)


class InspectionSerializer(serializers.ModelSerializer[ReceiptInspection]):
    class Meta:
        model = ReceiptInspection
        fields = ("id", "stock_unit", "result", "checks", "note", "inspector_name", "at")


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(default="", allow_blank=True)


class StatusSerializer(ReasonSerializer):
    event = serializers.ChoiceField(choices=["release", "reject", "judge_again", "rework"])


class MoveSerializer(ReasonSerializer):
    place = serializers.SlugRelatedField(slug_field="code", queryset=Place.objects.all())


class PartSerializer(ReasonSerializer):
    quantity = QuantityField()
    unit = serializers.CharField(default="", allow_blank=True, max_length=20)


class SplitSerializer(PartSerializer):
    new_lot_number = serializers.CharField(default="", allow_blank=True, max_length=60)


class ScrapSerializer(PartSerializer):
    destroyed = serializers.BooleanField(default=False)


class MergeSerializer(ReasonSerializer):
    from_ids = serializers.ListField(child=serializers.IntegerField(), min_length=1)


class RemoveSerializer(ReasonSerializer):
    quantity = QuantityField()
    return_to = serializers.SlugRelatedField(slug_field="code", queryset=Place.objects.all())


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=200, trim_whitespace=False)
    stock_unit_id = serializers.IntegerField(required=False, allow_null=True, default=None)


class HoldSerializer(serializers.ModelSerializer[Hold]):
    number = serializers.CharField(read_only=True)
    target = serializers.CharField(source="target_number", read_only=True)

    class Meta:
        model = Hold
        fields = (
            "id", "number", "kind", "target", "stock_unit", "lot", "item", "supplier", "supplier_lot", "equipment", "begins",
            "ends", "ref_label", "ref_id", "ref_number", "with_descendants", "reason", "source_label", "source_id",
            "source_number", "placed_by_name", "placed_at", "lifted_by_name", "lifted_at", "lift_reason",
        )  # fmt: skip


class PlaceHoldSerializer(serializers.Serializer[Any]):
    """``kind`` says which of the ids is needed: stock_unit, lot, item; supplier and supplier_lot; equipment, begins, ends."""

    kind = serializers.ChoiceField(choices=["stock_unit", "lot", "supplier_lot", "item", "equipment"])
    id = serializers.IntegerField(help_text="Id of the container, lot, item, supplier or equipment")
    supplier_lot = serializers.CharField(default="", allow_blank=True, max_length=100)
    with_descendants = serializers.BooleanField(default=False)
    begins = serializers.DateTimeField(required=False, allow_null=True, default=None)
    ends = serializers.DateTimeField(required=False, allow_null=True, default=None)
    reason = serializers.CharField()


class AnswerSerializer(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    reason = serializers.CharField()
    evidence = serializers.DictField()


class TracePlaceSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    kind = serializers.CharField()
    status = serializers.CharField()
    quantity = QuantityField()


class TraceNodeSerializer(serializers.Serializer[Any]):
    lot_id = serializers.IntegerField()
    number = serializers.CharField()
    item_number = serializers.CharField()
    unit = serializers.CharField()
    supplier = serializers.CharField()
    supplier_lot = serializers.CharField()
    expires_on = serializers.DateField(allow_null=True)
    level = serializers.IntegerField()
    places = TracePlaceSerializer(many=True)
    hidden = serializers.BooleanField(
        help_text="it never lay at a site of the reader: number, supplier and places are not told"
    )


class TraceLinkSerializer(serializers.Serializer[Any]):
    consumed_lot_id = serializers.IntegerField()
    produced_lot_id = serializers.IntegerField()
    kinds = serializers.ListField(child=serializers.CharField())
    put_in = QuantityField()
    taken_out = QuantityField()
    net = QuantityField()
    unit = serializers.CharField()


class TraceSerializer(serializers.Serializer[Any]):
    roots = serializers.ListField(child=serializers.IntegerField())
    direction = serializers.CharField()
    net = serializers.BooleanField()
    hidden = serializers.IntegerField(help_text="lots of other sites, told without their numbers")
    nodes = TraceNodeSerializer(many=True)
    links = TraceLinkSerializer(many=True)
