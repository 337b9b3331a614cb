"""The record itself, and what was frozen of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from dhr.states import RecordState
from foundation.core.searching import search_index
from foundation.records.models import AppendOnlyModel, TrackedModel


class DeviceHistoryRecord(TrackedModel):
    """Batch record (批生产记录 / DHR) of a production batch, or of one serial of it. One per subject.

    It holds no copy of what the floor wrote: it is compiled from those rows until a version is frozen by a signature.
    """

    number = models.CharField(max_length=40, unique=True)
    batch = models.ForeignKey("shopfloor.ProductionBatch", on_delete=models.PROTECT, related_name="history_records")
    lot = models.OneToOneField("inventory.Lot", on_delete=models.PROTECT, related_name="history_record")
    state = models.CharField(max_length=20, choices=RecordState, default=RecordState.GROWING)
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = "device history record"
        indexes = [search_index("number", "dhr_record_trgm")]

    def __str__(self) -> str:
        return self.number


class RecordVersion(AppendOnlyModel):
    """The content as it was signed: what a parent refers to by hash and what a package carries."""

    record = models.ForeignKey(DeviceHistoryRecord, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "version"], name="dhr_recordversion_once")]

    def __str__(self) -> str:
        return f"{self.record_id}/{self.version}"


class AuditTrailReview(AppendOnlyModel):
    """Someone read every entry of the trail up to this one (EU GMP Annex 11 §9) and signed for it."""

    record = models.ForeignKey(DeviceHistoryRecord, on_delete=models.PROTECT, related_name="trail_reviews")
    up_to_entry = models.BigIntegerField()
    entries = models.PositiveIntegerField()
    trail_hash = models.CharField(max_length=64)
    signature = models.ForeignKey("records.Signature", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.record_id} up to {self.up_to_entry}"


class Release(AppendOnlyModel):
    """One signed release: of which version, how many, which stock."""

    record = models.ForeignKey(DeviceHistoryRecord, on_delete=models.PROTECT, related_name="releases")
    version = models.ForeignKey(RecordVersion, on_delete=models.PROTECT, related_name="+")
    signature = models.ForeignKey("records.Signature", on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    unit = models.CharField(max_length=20)
    stock_units = models.JSONField()  # [{"id", "container", "quantity" there, "used" before this release}]
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(quantity__gt=0), name="dhr_release_positive")]

    def __str__(self) -> str:
        return f"{self.record_id}: {self.quantity} {self.unit}"


class Addendum(AppendOnlyModel):
    """After release a record is only added to."""

    record = models.ForeignKey(DeviceHistoryRecord, on_delete=models.PROTECT, related_name="addenda")
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "addenda"

    def __str__(self) -> str:
        return self.text[:60]


class Package(AppendOnlyModel):
    """A package that the worker made: where it is and what its bytes hash to."""

    record = models.ForeignKey(DeviceHistoryRecord, on_delete=models.PROTECT, related_name="packages")
    version = models.ForeignKey(RecordVersion, on_delete=models.PROTECT, related_name="packages")
    file_name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    key_fingerprint = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    job_key = models.CharField(max_length=200, unique=True)

    def __str__(self) -> str:
        return self.file_name
