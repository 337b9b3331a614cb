"""Shapes of the API's input and output. What is right is said by the services."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from resources.personnel.models import Qualification, QualificationGrant, ReadingConfirmation


class TextsField(serializers.DictField):
    """``{language: text}``."""

    child = serializers.CharField(allow_blank=True)


class QualificationSerializer(serializers.ModelSerializer[Qualification]):
    code = serializers.CharField(max_length=60)
    name = TextsField()

    class Meta:
        model = Qualification
        fields = ("id", "code", "name", "valid_days")


class GrantSerializer(serializers.ModelSerializer[QualificationGrant]):
    user_name = serializers.CharField(source="user.name", read_only=True)
    code = serializers.CharField(source="qualification.code", read_only=True)

    class Meta:
        model = QualificationGrant
        fields = (
            "id", "user", "user_name", "qualification", "code", "trainer", "evidence", "valid_from", "valid_until",
            "revoked_at", "revoke_reason",
        )  # fmt: skip
        read_only_fields = fields


class GiveSerializer(serializers.Serializer[Any]):
    user_id = serializers.IntegerField()
    trainer_id = serializers.IntegerField(allow_null=True, default=None)
    valid_until = serializers.DateTimeField(allow_null=True, default=None)
    evidence = serializers.CharField(default="", allow_blank=True, max_length=200)


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(default="", allow_blank=True)


class ReadingSerializer(serializers.ModelSerializer[ReadingConfirmation]):
    class Meta:
        model = ReadingConfirmation
        fields = ("id", "user", "subject_label", "subject_id", "subject_number", "content_hash", "language", "at")
        read_only_fields = ("id", "user", "language", "at")
        validators: list[Any] = []
