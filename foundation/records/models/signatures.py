"""Electronic signatures: bound to the hash of exactly what was shown and signed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from foundation.records.models.append_only import AppendOnlyModel


class Signature(AppendOnlyModel):
    """21 CFR 11.50 and 11.70: printed name, date and time, meaning; record, version and content hash that were signed.

    ``components`` says what was given: ``both`` (identity and secret) or ``secret`` (a later signing of one session).
    """

    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    printed_name = models.CharField(max_length=200)
    role = models.CharField(max_length=400, default="", blank=True)
    meaning = models.CharField(max_length=40)
    signed_at = models.DateTimeField()
    time_zone = models.CharField(max_length=60)
    record_label = models.CharField(max_length=100)
    record_id = models.BigIntegerField()
    record_number = models.CharField(max_length=200)
    record_version = models.CharField(max_length=60, default="", blank=True)
    content_hash = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    station = models.CharField(max_length=60, default="", blank=True)
    components = models.CharField(max_length=10)
    reason = models.TextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["record_label", "record_id"], name="records_signature_record")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(content_hash__regex=r"^[0-9a-f]{64}$"), name="records_signature_hash"
            ),
            models.CheckConstraint(
                condition=models.Q(components__in=["both", "secret"]), name="records_signature_parts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.printed_name} {self.meaning} {self.signed_at:%Y-%m-%d %H:%M:%S%z}"
