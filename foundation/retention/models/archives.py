"""Archives: files that verify without the product, what was found when they were verified, and what was ended with them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from foundation.core.refs import RecordRef
from foundation.records.models import AppendOnlyModel
from foundation.retention.states import ArchiveKind, Verdict


class Archive(AppendOnlyModel):
    """One file: of a record, or of everything that the seals from ``first_seal`` to ``last_seal`` cover.

    ``place`` is the folder in which it was put; ``keeping`` what was known then of how long the record is kept.
    """

    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=ArchiveKind)
    subject_label = models.CharField(max_length=100, default="", blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    subject_number = models.CharField(max_length=200, default="", blank=True)
    first_seal = models.BigIntegerField(null=True, blank=True)
    last_seal = models.BigIntegerField(null=True, blank=True)
    written_from = models.DateTimeField(null=True, blank=True)
    written_until = models.DateTimeField(null=True, blank=True)
    rows = models.BigIntegerField(default=0)
    title = models.CharField(max_length=300)
    file_name = models.CharField(max_length=160, unique=True)
    place = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    key_fingerprint = models.CharField(max_length=64)
    keeping = models.JSONField(default=dict)
    requested_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    job_key = models.CharField(max_length=200, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=ArchiveKind.RECORD, subject_id__isnull=False, first_seal=None)
                | Q(kind=ArchiveKind.PERIOD, subject_id=None, last_seal__gte=F("first_seal")),
                name="retention_archive_one_scope",
            )
        ]
        indexes = [
            models.Index(fields=["subject_label", "subject_id", "-id"], name="retention_archive_subject"),
            models.Index(fields=["last_seal"], condition=Q(kind="period"), name="retention_archive_seals"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> RecordRef | None:
        if self.subject_id is None:
            return None
        return RecordRef(self.subject_label, self.subject_id, self.subject_number)


class ArchiveCheck(AppendOnlyModel):
    """One verification of an archive's file: what was found, in words."""

    archive = models.ForeignKey(Archive, on_delete=models.PROTECT, related_name="checks")
    verdict = models.CharField(max_length=10, choices=Verdict)
    problems = models.JSONField(default=list)  # [{"kind", "file", "en", "zh"}]
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["archive", "-id"], name="retention_check_newest")]

    def __str__(self) -> str:
        return f"{self.archive_id}: {self.verdict}"


class KeepingEnded(AppendOnlyModel):
    """Somebody signed that a record's period is over and its archive is what remains to be kept. No row of it is deleted."""

    subject_label = models.CharField(max_length=100)
    subject_id = models.BigIntegerField()
    subject_number = models.CharField(max_length=200)
    archive = models.ForeignKey(Archive, on_delete=models.PROTECT, related_name="endings")
    kept_until = models.DateField()
    rule = models.CharField(max_length=300)
    reason = models.TextField()
    signature = models.ForeignKey("records.Signature", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "keeping ended"
        constraints = [
            models.UniqueConstraint(fields=["subject_label", "subject_id"], name="retention_ended_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="retention_ended_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_number} {self.kept_until}"
