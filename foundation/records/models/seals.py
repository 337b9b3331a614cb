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


class KeyStatement(AppendOnlyModel):
    """How one signing key took the place of another: the link by which a reader who trusts one of them trusts the other.

    ``content`` is signed by the new key, and by the old one unless that was lost. A lost key also names the last seal
    that it made: what claims to be signed by it afterwards is not ours.
    """

    kind = models.CharField(max_length=10)
    fingerprint = models.CharField(max_length=64, unique=True)
    previous = models.CharField(max_length=64)
    content = models.JSONField()
    signature = models.BinaryField()
    previous_signature = models.BinaryField(default=b"")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["rotated", "lost"]), name="records_keystatement_rotated_or_lost"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.previous} {self.kind}: {self.fingerprint}"


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
    """Covers every sealed row with ``horizon_from <= tx < horizon_to``.

    ``tables`` is {table: {format, columns, count, root}}, where ``columns`` is the hash of the format, so that a changed
    format is told from changed rows. ``opening`` is what the first seal of an epoch says of the restore before it.
    """

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
    opening = models.JSONField(default=dict)

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


class SealStamp(_WrittenBySealer):
    """What a time-stamping authority (RFC 3161) answered about a seal's hash: a moment that the plant cannot have made up."""

    seal = models.OneToOneField(Seal, on_delete=models.PROTECT, related_name="stamp")
    authority = models.CharField(max_length=300)
    token = models.BinaryField()
    stamped_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"stamp on seal {self.seal_id}"


class Epoch(AppendOnlyModel):
    """A restore into another cluster, whose transaction numbers start again: from here on ``offset`` is added to them.

    Before the first row the offset is 0. ``last_seal`` is the newest seal that came with the backup. When newer ones had
    been exported, they are abandoned openly: the number and the hash of the last of them are kept here.
    """

    number = models.PositiveIntegerField(unique=True)
    offset = models.BigIntegerField()
    last_seal = models.BigIntegerField()
    abandoned_to = models.BigIntegerField(null=True)
    abandoned_hash = models.CharField(max_length=64, default="", blank=True)
    reason = models.TextField()
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"epoch {self.number}"


class Verification(AppendOnlyModel):
    """One run of `verify_records`: up to which seal, what it read and how much it found. The next one may go on from here.

    ``found`` is the beginning of the findings, as the verifier says them: whoever reads the result later reads what was wrong.
    """

    first_seal = models.BigIntegerField()
    last_seal = models.BigIntegerField()
    last_hash = models.CharField(max_length=64, default="", blank=True)
    rows = models.BigIntegerField()
    findings = models.PositiveIntegerField()
    found = models.JSONField(default=list)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"seals {self.first_seal} to {self.last_seal}: {self.findings} findings"
