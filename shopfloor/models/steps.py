"""What was done, measured, scanned and checked on a card. Written once; corrections add."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.records.models import AppendOnlyModel
from shopfloor.models.cards import WorkCard
from shopfloor.states import Reaction, StepOutcome


class StepRecord(AppendOnlyModel):
    """One entry of one step, for one piece or for the card. All readings stay; the newest in force is the one that counts.

    ``value`` is what was entered as text (canonical for numbers), ``number`` the same as a number. The limits that applied
    are kept beside it. ``captured_at`` is when the device says it happened, ``skew_ms`` how far the device's clock was ahead
    of the server's, ``received_at`` the server's time.
    """

    class Origin(models.TextChoices):
        TYPED = "typed"
        SCANNED = "scanned"
        MACHINE = "machine"
        FILE = "file"

    card = models.ForeignKey(WorkCard, on_delete=models.PROTECT, related_name="step_records", db_index=False)
    step_key = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    unit_no = models.PositiveIntegerField(null=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    value = models.TextField(default="", blank=True)
    number = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    unit = models.CharField(max_length=20, default="", blank=True)
    lower = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    upper = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    target = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    outcome = models.CharField(max_length=8, choices=StepOutcome)
    reaction = models.CharField(max_length=16, choices=Reaction, default=Reaction.NONE, blank=True)
    confirmed = models.BooleanField(default=False)  # asked once "correct or confirm", and confirmed
    note = models.TextField(default="", blank=True)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.TYPED)
    nonconformance = models.ForeignKey(
        "quality.Nonconformance", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    deviation = models.ForeignKey(
        "quality.Deviation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    corrects = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="corrected_by", db_index=False
    )
    equipment = models.ForeignKey(
        "equipment.Equipment", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    stock_unit = models.ForeignKey(
        "inventory.StockUnit", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    position = models.CharField(max_length=20, default="", blank=True)
    quantity = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    genealogy_link_id = models.BigIntegerField(null=True)
    evidence = models.JSONField(default=dict)  # calibration due, container, alternates, exclusions … at the time
    performer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    performer_name = models.CharField(max_length=200)
    station = models.CharField(max_length=60, default="", blank=True)
    session = models.CharField(max_length=64, default="", blank=True)
    idempotency_key = models.UUIDField(unique=True)
    request_hash = models.CharField(max_length=64)
    captured_at = models.DateTimeField()
    received_at = models.DateTimeField()
    skew_ms = models.IntegerField(null=True)
    late = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["card", "unit_no"], name="shopfloor_step_of_unit"),
            models.Index(
                fields=["equipment", "captured_at"], name="shopfloor_step_gauge", condition=~Q(equipment=None)
            ),
            models.Index(fields=["corrects"], name="shopfloor_step_corrects", condition=~Q(corrects=None)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=StepOutcome.values), name="shopfloor_step_outcome"),
            models.CheckConstraint(condition=Q(request_hash__regex=r"^[0-9a-f]{64}$"), name="shopfloor_step_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.card_id} {self.step_key} {self.unit_no or ''}"


class SecondCheck(AppendOnlyModel):
    """A second person (or a scan that proves identity) looked at an entry."""

    class Kind(models.TextChoices):
        SCAN = "scan"
        WITNESS = "witness"
        REMEASURE = "remeasure"
        REVIEW = "review"

    record = models.ForeignKey(StepRecord, on_delete=models.PROTECT, related_name="second_checks")
    kind = models.CharField(max_length=10, choices=Kind)
    agreed = models.BooleanField()
    value = models.TextField(default="", blank=True)
    number = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    difference = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    tolerance = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    equipment = models.ForeignKey("equipment.Equipment", null=True, on_delete=models.PROTECT, related_name="+")
    checker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checker_name = models.CharField(max_length=200)
    signature = models.ForeignKey("records.Signature", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(default="", blank=True)
    station = models.CharField(max_length=60, default="", blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.record_id} {self.kind}"
