"""Shapes of the API's input and output."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.imports.models import ImportBatch
from foundation.imports.services import job_of


class ImportBatchSerializer(serializers.ModelSerializer[ImportBatch]):
    """An import. ``counts``: rows by status; ``result``: what a commit wrote.

    A large file is read, reviewed and committed by the worker: ``state`` says what it is at, ``progress`` how far (percent),
    ``review_due`` that edited rows are still to be reviewed, ``problem`` why it was not read or not committed.
    """

    file_name = serializers.CharField(source="original.name", read_only=True)
    sha256 = serializers.CharField(source="original.sha256", read_only=True)
    open_count = serializers.IntegerField(read_only=True)
    etag = serializers.CharField(read_only=True)
    columns = serializers.ListField(child=serializers.CharField(allow_blank=True), read_only=True)
    sheets = serializers.ListField(child=serializers.CharField(), read_only=True)
    mapping = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    counts = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    result = serializers.DictField(read_only=True)

    progress = serializers.SerializerMethodField()

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_progress(self, batch: ImportBatch) -> int | None:
        """Of the worker's job; null while nothing is to be done for it."""
        at_work = batch.review_due or batch.state in ("reading", "reviewing", "committing")
        job = job_of(batch) if at_work else None
        return job.progress if job else None

    class Meta:
        model = ImportBatch
        fields = (
            "id", "number", "schema", "state", "file_name", "sha256", "encoding", "delimiter", "sheet", "sheets", "header_row",
            "columns", "mapping", "row_count", "counts", "open_count", "result", "staged_by", "staged_at", "committed_at", "etag",
            "review_due", "problem", "progress",
        )  # fmt: skip
        read_only_fields = fields


class ImportStageSerializer(serializers.Serializer[Any]):
    """A file to be staged."""

    file = serializers.FileField(allow_empty_file=True)
    schema = serializers.CharField()
    origin = serializers.CharField(required=False, allow_blank=True, default="")
    sheet = serializers.CharField(required=False, allow_blank=True, default="")
    encoding = serializers.CharField(required=False, allow_blank=True, default="")
    header_row = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1)


class ImportMapSerializer(serializers.Serializer[Any]):
    mapping = serializers.DictField(child=serializers.IntegerField(min_value=0))
    save_as = serializers.CharField(required=False, allow_blank=True, default="")


class StagedProblemSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    code = serializers.CharField()
    column = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning", "suggestion"])
    text = serializers.CharField()
    suggestion = serializers.CharField(allow_blank=True)
    choices = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    resolved = serializers.BooleanField()


class StagedRowSerializer(serializers.Serializer[Any]):
    """A row: texts as they stand or were corrected, what they are read as, what is open."""

    key = serializers.CharField()
    kind = serializers.ChoiceField(choices=["file", "added", "group"])
    row_number = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(choices=["error", "warning", "suggestion", "waiting", "ok"])
    values = serializers.DictField(child=serializers.CharField(allow_blank=True))
    decisions = serializers.DictField()
    reading = serializers.DictField()
    problems = StagedProblemSerializer(many=True)


class ImportCorrectSerializer(serializers.Serializer[Any]):
    """{row or group key: {field: text}}; "" takes a decision back."""

    changes = serializers.DictField(child=serializers.DictField(child=serializers.CharField(allow_blank=True)))


class ImportAcceptSerializer(serializers.Serializer[Any]):
    """Without ``keys``: every suggestion of the batch. ``problem``: one problem of one row, which may be a warning."""

    keys = serializers.ListField(child=serializers.CharField(), required=False, allow_null=True, default=None)
    problem = serializers.CharField(required=False, allow_blank=True, default="")


class ImportAddRowSerializer(serializers.Serializer[Any]):
    values = serializers.DictField(child=serializers.CharField(allow_blank=True))
    reason = serializers.CharField()


class ImportReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, allow_blank=True, default="")
