"""The print queue: what was asked for, by whom, for which record. How far it is, `core.Job` says."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.core.refs import RecordRef
from foundation.records.models import AppendOnlyModel


class PrintJob(AppendOnlyModel):
    """One print of a label or card. Written once; a reprint is a row of its own that points to the first print.

    ``data`` is the whole content, so the same print can be made again, byte for byte, at any time.
    """

    number = models.CharField(max_length=20, unique=True)
    template = models.CharField(max_length=60)
    data = models.JSONField()
    content_hash = models.CharField(max_length=64)
    copies = models.PositiveSmallIntegerField(default=1)
    subject_label = models.CharField(max_length=100)
    subject_id = models.BigIntegerField()
    subject_number = models.CharField(max_length=200)
    first_print = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reprints")
    reason = models.TextField(default="", blank=True)
    queue_key = models.CharField(
        max_length=200, default=""
    )  # of the core.Job that makes the file; one job for a stack of labels
    station = models.CharField(max_length=60, default="", blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    requested_by_name = models.CharField(max_length=200)
    requested_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject_label", "subject_id", "template"], name="printing_printjob_subject")]
        constraints = [
            models.CheckConstraint(condition=Q(copies__gte=1, copies__lte=500), name="printing_printjob_copies"),
            models.CheckConstraint(
                condition=Q(first_print=None) | ~Q(reason=""), name="printing_printjob_reprint_has_reason"
            ),
            models.UniqueConstraint(
                fields=["subject_label", "subject_id", "template"],
                condition=Q(first_print=None),
                name="printing_printjob_first_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> RecordRef:
        return RecordRef(self.subject_label, self.subject_id, self.subject_number)
