"""What was handed in, exactly as it was, and what it belongs to. Both are written once."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from foundation.core.refs import RecordRef
from foundation.records.models import AppendOnlyModel


class StoredFile(AppendOnlyModel):
    """One content, by its SHA-256. The bytes lie under MEDIA_ROOT by this hash; the same content is kept once."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)  # found from the content, never from the name
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="files_storedfile_hash"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="files_storedfile_not_empty"),
        ]

    def __str__(self) -> str:
        return self.sha256


class Attachment(AppendOnlyModel):
    """A kept original: the name it came with, where it is said to come from, who handed it in, what it belongs to.

    The same content may be attached more than once; whether that is allowed is for the app above to say
    (`selectors.attachments_with_hash`).
    """

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=200)
    origin = models.TextField()
    subject_label = models.CharField(max_length=100, default="", blank=True)
    subject_id = models.BigIntegerField(null=True)
    subject_number = models.CharField(max_length=200, default="", blank=True)
    attached_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    attached_by_name = models.CharField(max_length=200)
    attached_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject_label", "subject_id"], name="files_attachment_subject")]

    def __str__(self) -> str:
        return self.name

    @property
    def sha256(self) -> str:
        return self.file.sha256

    @property
    def subject(self) -> RecordRef | None:
        if not self.subject_label or self.subject_id is None:
            return None
        return RecordRef(self.subject_label, self.subject_id, self.subject_number)
