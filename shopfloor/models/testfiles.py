"""Recorded tests: the original file, what was computed from it, and what was excluded by whom and why."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.records.models import AppendOnlyModel
from shopfloor.models.cards import WorkCard


class TestFile(AppendOnlyModel):
    """A recording attached to a step of one piece. The same content is accepted once in the whole plant.

    ``origin`` "asserted": the file itself does not say which device it is of; the operator does.
    ``implausible``: [{"row", "column", "value"}]; rows are counted from 1 after the header.
    """

    __test__ = False  # not a test class, whatever pytest thinks of the name

    card = models.ForeignKey(WorkCard, on_delete=models.PROTECT, related_name="test_files")
    step_key = models.CharField(max_length=20)
    unit_no = models.PositiveIntegerField(null=True)
    attachment = models.ForeignKey("files.Attachment", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, unique=True)
    origin = models.CharField(max_length=20, default="asserted")
    sample_count = models.PositiveIntegerField()
    implausible = models.JSONField(default=list)
    attached_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    attached_by_name = models.CharField(max_length=200)
    station = models.CharField(max_length=60, default="", blank=True)
    session = models.CharField(max_length=64, default="", blank=True)
    idempotency_key = models.UUIDField(unique=True)
    captured_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="shopfloor_testfile_hash")
        ]

    def __str__(self) -> str:
        return self.file_name


class SampleExclusion(AppendOnlyModel):
    """One sample of a recording does not count, with the assignable cause; shown on the device history record."""

    test_file = models.ForeignKey(TestFile, on_delete=models.PROTECT, related_name="exclusions", db_index=False)
    row = models.PositiveIntegerField()
    values = models.JSONField(default=dict)  # what the row says
    reason = models.TextField()
    excluded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    excluded_by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["test_file", "row"], name="shopfloor_exclusion_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="shopfloor_exclusion_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.test_file_id} #{self.row}"
