"""Where the pieces are: a ledger with two sides, so that every card balances by construction."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.records.models import AppendOnlyModel
from shopfloor.models.cards import WorkCard
from shopfloor.states import Bucket


class ProductionReport(AppendOnlyModel):
    """Good, scrap and rework as a person reported them, once. The same key is the same report."""

    card = models.ForeignKey(WorkCard, on_delete=models.PROTECT, related_name="reports")
    good = models.PositiveIntegerField(default=0)
    scrap = models.PositiveIntegerField(default=0)
    rework = models.PositiveIntegerField(default=0)
    good_pieces = models.JSONField(default=list)
    scrap_pieces = models.JSONField(default=list)
    rework_pieces = models.JSONField(default=list)
    scrap_code = models.CharField(max_length=60, default="", blank=True)
    note = models.TextField(default="", blank=True)
    people = models.JSONField(default=list)  # [{"id", "name"}] clocked in
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reported_by_name = models.CharField(max_length=200)
    station = models.CharField(max_length=60, default="", blank=True)
    idempotency_key = models.UUIDField(unique=True)
    captured_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(good__gt=0) | Q(scrap__gt=0) | Q(rework__gt=0), name="shopfloor_report_something"
            )
        ]

    def __str__(self) -> str:
        return f"{self.card_id} +{self.good}"


class PieceMove(AppendOnlyModel):
    """Pieces of a card go from one bucket to another. ``pieces`` are their numbers in the batch, ``quantity`` how many."""

    class Why(models.TextChoices):
        ARRIVED = "arrived", _("Arrived from the operation before")
        REPORTED = "reported", _("Reported")
        HELD = "held", _("Split off and held")
        DECIDED = "decided", _("Disposition carried out")
        LOOP = "loop", _("Sent back in the loop")
        RETURNED = "returned", _("Came back from rework")
        SKIPPED = "skipped", _("Operation skipped")

    card = models.ForeignKey(WorkCard, on_delete=models.PROTECT, related_name="piece_moves")
    source = models.CharField(max_length=10, choices=Bucket)
    target = models.CharField(max_length=10, choices=Bucket)
    quantity = models.PositiveIntegerField()
    pieces = models.JSONField()
    why = models.CharField(max_length=10, choices=Why)
    report = models.ForeignKey(ProductionReport, null=True, on_delete=models.PROTECT, related_name="moves")
    nonconformance = models.ForeignKey(
        "quality.Nonconformance", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shopfloor_piecemove_quantity"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="shopfloor_piecemove_moves"),
            models.CheckConstraint(
                condition=Q(source__in=Bucket.values, target__in=Bucket.values), name="shopfloor_piecemove_buckets"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card_id} {self.source}→{self.target} {self.quantity}"
