"""One entry per act, refused ones included."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from foundation.records.models.append_only import AppendOnlyModel


class Outcome(models.TextChoices):
    DONE = "done"
    REFUSED = "refused"


class LedgerEntry(AppendOnlyModel):
    """Who did what, to which record, why, where and when; with the digest of the rows that the act wrote.

    ``verb`` is ``app.noun.verbed``. ``parts`` lists the acts within the act. ``data`` holds what the act was told and
    what is not in the rows it wrote (a refusal's reason and details, a typed value that was corrected before it counted).
    """

    verb = models.CharField(max_length=120)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.DONE)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=200)
    station = models.CharField(max_length=60, default="", blank=True)
    session = models.CharField(max_length=64, default="", blank=True)
    subject_label = models.CharField(max_length=100, default="", blank=True)
    subject_id = models.BigIntegerField(null=True)
    subject_number = models.CharField(max_length=200, default="", blank=True)
    related = models.JSONField(default=list)
    reason = models.TextField(default="", blank=True)
    captured_at = models.DateTimeField()
    received_at = models.DateTimeField()
    parts = models.JSONField(default=list)
    data = models.JSONField(default=dict)
    tables = models.JSONField(default=dict)
    digest = models.BinaryField(default=b"")

    class Meta:
        verbose_name_plural = "ledger entries"
        indexes = [
            models.Index(fields=["subject_label", "subject_id", "id"], name="records_ledger_subject"),
            models.Index(fields=["actor", "id"], name="records_ledger_actor"),
            models.Index(fields=["verb", "captured_at"], name="records_ledger_kind"),
            models.Index(fields=["actor_name", "captured_at"], name="records_ledger_who"),
            models.Index(fields=["captured_at", "id"], name="records_ledger_captured"),
            models.Index(fields=["subject_number", "captured_at"], name="records_ledger_number"),
            models.Index(
                fields=["captured_at"], condition=models.Q(outcome=Outcome.REFUSED), name="records_ledger_refused"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.verb} {self.outcome}"

    @classmethod
    def enter_act(cls) -> None:
        """The entry is written by the act itself, as its last row."""

    @property
    def subject(self) -> dict[str, Any] | None:
        if not self.subject_label:
            return None
        return {"label": self.subject_label, "id": self.subject_id, "number": self.subject_number}
