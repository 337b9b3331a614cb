"""The work card: one operation for one batch, or for one serial."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.core.searching import search_index
from foundation.records.models import AppendOnlyModel, TrackedModel
from shopfloor.models.orders import BatchUnit, ProductionBatch, WorkOrder
from shopfloor.states import CardKind, CardState, HandoverState


class WorkCard(TrackedModel):
    """Its row changes only when its state or machine does: what is recorded on it are rows of their own.

    ``process_card`` says for ever what this operation of this batch or serial ran under. A rework card (``kind``) belongs
    to the card that sent the pieces (``origin``) and gives them back there.
    """

    number = models.CharField(max_length=60, unique=True)
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="cards")
    batch = models.ForeignKey(ProductionBatch, on_delete=models.PROTECT, related_name="cards")
    unit = models.ForeignKey(BatchUnit, null=True, on_delete=models.PROTECT, related_name="cards")
    process_card = models.ForeignKey("routing.ProcessCard", on_delete=models.PROTECT, related_name="+")
    operation = models.PositiveIntegerField()
    sequence = models.PositiveSmallIntegerField()
    work_center = models.CharField(max_length=60, default="", blank=True)
    kind = models.CharField(max_length=8, choices=CardKind, default=CardKind.NORMAL)
    origin = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="rework_cards")
    rework_cycle = models.PositiveSmallIntegerField(default=0)
    nonconformance = models.ForeignKey("quality.Nonconformance", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=CardState, default=CardState.WAITING)
    equipment = models.ForeignKey("equipment.Equipment", null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    first_piece_accepted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CardState.values), name="shopfloor_workcard_state"),
            models.CheckConstraint(
                condition=Q(kind=CardKind.NORMAL, origin=None) | Q(kind=CardKind.REWORK, origin__isnull=False),
                name="shopfloor_workcard_origin",
            ),
            models.UniqueConstraint(
                fields=["batch", "operation"],
                condition=Q(kind=CardKind.NORMAL, unit=None),
                name="shopfloor_workcard_of_batch_once",
            ),
            models.UniqueConstraint(
                fields=["unit", "operation"],
                condition=Q(kind=CardKind.NORMAL, unit__isnull=False),
                name="shopfloor_workcard_of_unit_once",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "work_center"], name="shopfloor_card_queue"),
            search_index("number", "shopfloor_card_trgm"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def lot_id(self) -> int:
        """The lot that this card makes: the serial's own, else the batch's."""
        return int(self.unit.lot_id if self.unit_id and self.unit else self.batch.lot_id)


class CardEvent(AppendOnlyModel):
    """A fact of the card's life: it moved from one state to another, or a person clocked in or out (source = target)."""

    card = models.ForeignKey(WorkCard, on_delete=models.PROTECT, related_name="events", db_index=False)
    event = models.CharField(max_length=30)
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=200)
    station = models.CharField(max_length=60, default="", blank=True)
    equipment = models.ForeignKey("equipment.Equipment", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(default="", blank=True)
    data = models.JSONField(default=dict)  # the gates' answers and their evidence
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["card", "id"], name="shopfloor_cardevent_card"),
            models.Index(
                fields=["card", "person", "-id"],
                condition=Q(event__in=["clock_in", "clock_out"]),
                name="shopfloor_cardevent_clock",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card_id} {self.event}"


class Handover(TrackedModel):
    """Change of shift in the middle of a card: what is handed over, and whether the next one accepts it."""

    card = models.ForeignKey(WorkCard, on_delete=models.PROTECT, related_name="handovers")
    quantity = models.PositiveIntegerField()
    open_steps = models.JSONField(default=list)
    machine_state = models.CharField(max_length=200, default="", blank=True)
    note = models.TextField(default="", blank=True)
    state = models.CharField(max_length=10, choices=HandoverState, default=HandoverState.OFFERED)
    outgoing = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outgoing_name = models.CharField(max_length=200)
    incoming = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    incoming_name = models.CharField(max_length=200, default="", blank=True)
    answer_note = models.TextField(default="", blank=True)
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["card"], condition=Q(state=HandoverState.OFFERED), name="shopfloor_handover_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.card_id} {self.state}"
