"""Electronic signatures: bound to the hash of exactly what was shown and signed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from foundation.records.context import require_act
from foundation.records.models.append_only import AppendOnlyModel, AppendOnlyQuerySet


class SignatureQuerySet(AppendOnlyQuerySet):
    """Signatures are stated a second time, in the ledger entry of their act."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        for row in rows:
            row.state_in_ledger()
        return super().bulk_create(rows, *args, **kwargs)


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

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(SignatureQuerySet)()

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

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.state_in_ledger()
        super().save(*args, **kwargs)

    def state_in_ledger(self) -> None:
        """The act says who signed what, so that a signature moved to another record contradicts its act (21 CFR 11.70)."""
        require_act("Signature").data.setdefault("signed", []).append(self.statement())

    def statement(self) -> dict[str, Any]:
        """What binds the signature: the record, its version and content, the person and the meaning."""
        return {
            "record": {"label": self.record_label, "id": self.record_id, "number": self.record_number},
            "version": self.record_version,
            "content_hash": self.content_hash,
            "signer_id": self.signer_id,
            "meaning": self.meaning,
        }
