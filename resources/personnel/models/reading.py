"""Who has read what, exactly."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from foundation.core.refs import RecordRef
from foundation.records.models import AppendOnlyModel


class ReadingConfirmation(AppendOnlyModel):
    """A person says: I have read this version. It is bound to the content's hash, so a new version asks again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject_label = models.CharField(max_length=100)
    subject_id = models.BigIntegerField()
    subject_number = models.CharField(max_length=100, blank=True, default="")
    content_hash = models.CharField(max_length=64)
    language = models.CharField(max_length=10)  # of the text that was shown
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "subject_label", "subject_id", "content_hash"], name="personnel_reading_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.subject_number}"

    @property
    def subject(self) -> RecordRef:
        return RecordRef(self.subject_label, self.subject_id, self.subject_number)
