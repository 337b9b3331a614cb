"""Shapes of the API's input and output. What is right is said by the services."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from foundation.accounts.models import Site
from resources.equipment.models import Calibration, Equipment, EquipmentClass, StatusEvent
from resources.equipment.states import EquipmentStatus


class TextsField(serializers.DictField):
    """``{language: text}``."""

    child = serializers.CharField(allow_blank=True)


class ClassSerializer(serializers.ModelSerializer[EquipmentClass]):
    code = serializers.CharField(max_length=60)
    name = TextsField()

    class Meta:
        model = EquipmentClass
        fields = ("id", "code", "name", "is_gauge", "quantity_kind")


class EquipmentSerializer(serializers.ModelSerializer[Equipment]):
    code = serializers.CharField(max_length=60)
    name = TextsField()
    equipment_class = serializers.SlugRelatedField(slug_field="code", queryset=EquipmentClass.objects.all())
    site = serializers.SlugRelatedField(slug_field="code", queryset=Site.objects.all())

    class Meta:
        model = Equipment
        fields = (
            "id", "code", "name", "equipment_class", "site", "work_center", "serial_number", "status", "calibration_due",
            "range_low", "range_high", "unit",
        )  # fmt: skip
        read_only_fields = ("id", "status")
        validators: list[Any] = []


class StatusSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=EquipmentStatus.choices)
    reason = serializers.CharField(default="", allow_blank=True)


class StatusEventSerializer(serializers.ModelSerializer[StatusEvent]):
    class Meta:
        model = StatusEvent
        fields = ("id", "equipment", "old", "new", "reason", "by", "at")


class CalibrationSerializer(serializers.ModelSerializer[Calibration]):
    as_found_passed = serializers.BooleanField(allow_null=True, default=None)
    due = serializers.DateField(allow_null=True, default=None)
    doubt_low = serializers.DecimalField(max_digits=18, decimal_places=6, allow_null=True, default=None)
    doubt_high = serializers.DecimalField(max_digits=18, decimal_places=6, allow_null=True, default=None)

    class Meta:
        model = Calibration
        fields = (
            "id", "done_at", "as_found", "as_found_passed", "doubt_low", "doubt_high", "as_left", "passed", "due", "certificate",
            "laboratory", "by",
        )  # fmt: skip
        read_only_fields = ("id", "by")


class AnswerSerializer(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    reason = serializers.CharField()
    evidence = serializers.DictField()
