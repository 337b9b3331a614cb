"""Seals: signed, chained commitments to the rows that were written between two transaction horizons."""

from __future__ import annotations

from django.db import models

from foundation.records.models.append_only import AppendOnlyModel


class _WrittenBySealer(AppendOnlyModel):
    """Seals are not written by acts, and are not sealed by themselves: each is chained to the one before and signed."""

    class Meta:
        abstract = True

    @classmethod
    def enter_act(cls) -> None:
        """No act: the sealer is below the acts."""


class SigningKey(_WrittenBySealer):
    """A public key that seals and packages were signed with."""

    fingerprint = models.CharField(max_length=64, unique=True)
    public_key = models.BinaryField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.fingerprint


class LeafFormat(_WrittenBySealer):
    """The named columns that make up a row's leaf. A table that gains a column gets a new format; old leaves stay."""

    table_name = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    columns = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["table_name", "-id"], name="records_leafformat_latest")]

    def __str__(self) -> str:
        return f"{self.table_name}/{self.pk}"


class Seal(_WrittenBySealer):
    """Covers every sealed row with ``horizon_from <= tx < horizon_to``. ``tables`` is {table: {format, count, root}}."""

    number = models.BigIntegerField(unique=True)
    epoch = models.PositiveIntegerField(default=1)
    horizon_from = models.BigIntegerField()
    horizon_to = models.BigIntegerField()
    tables = models.JSONField()
    rows = models.BigIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    signature = models.BinaryField()
    key_fingerprint = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(horizon_to__gt=models.F("horizon_from")), name="records_seal_forward"
            )
        ]

    def __str__(self) -> str:
        return f"seal {self.number}"


class SealBlock(_WrittenBySealer):
    """The leaves behind one table's root in one seal, so that a finding can name the row: 8-byte keys, 32-byte leaves."""

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="blocks")
    table_name = models.CharField(max_length=80)
    keys = models.BinaryField()
    leaves = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seal", "table_name"], name="records_sealblock_once")]

    def __str__(self) -> str:
        return f"{self.table_name} in seal {self.seal_id}"
