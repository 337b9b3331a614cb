"""Operations and the precedence between them."""

from __future__ import annotations

from django.db import models

from foundation.records.models import RevisionContent
from routing.states import FirstPiece, TimeBasis


class Operation(RevisionContent):
    """One operation. Its number orders the list; links say what must be finished before it.

    ``loop_back_to`` declares the one cycle that is allowed: after this operation the unit may go back there, at most
    ``loop_maximum`` times (ream again, retest).
    """

    revision = models.ForeignKey("routing.RoutingRevision", on_delete=models.CASCADE, related_name="operations")
    number = models.PositiveIntegerField()
    name = models.JSONField(default=dict, blank=True)  # {language: text}
    work_center = models.CharField(max_length=40, default="", blank=True)
    setup_minutes = models.DecimalField(max_digits=9, decimal_places=2, default=0)
    run_minutes = models.DecimalField(max_digits=9, decimal_places=2, default=0)
    run_basis = models.CharField(max_length=10, choices=TimeBasis, default=TimeBasis.PER_UNIT)
    equipment_class = models.CharField(max_length=60, default="", blank=True)
    qualifications = models.JSONField(default=list, blank=True)  # codes of resources.personnel
    special_process = models.BooleanField(default=False)
    hold_point = models.BooleanField(default=False)
    first_piece = models.CharField(max_length=10, choices=FirstPiece, default=FirstPiece.NONE, blank=True)
    transfer_quantity = models.PositiveIntegerField(null=True, blank=True)
    loop_back_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    loop_maximum = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            # checked when a statement ends, so that one statement can renumber
            models.UniqueConstraint(
                fields=["revision", "number"],
                name="routing_operation_number_once",
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(condition=models.Q(number__gt=0), name="routing_operation_number_positive"),
            models.CheckConstraint(
                condition=models.Q(setup_minutes__gte=0, run_minutes__gte=0), name="routing_operation_times_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(loop_maximum=None) | models.Q(loop_maximum__gte=1),
                name="routing_operation_loop_bound",
            ),
            models.CheckConstraint(
                condition=models.Q(transfer_quantity=None) | models.Q(transfer_quantity__gte=1),
                name="routing_operation_transfer_positive",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class OperationLink(RevisionContent):
    """``successor`` starts on what ``predecessor`` finished."""

    revision = models.ForeignKey("routing.RoutingRevision", on_delete=models.CASCADE, related_name="links")
    predecessor = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="links_out")
    successor = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="links_in")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="routing_link_once"),
            models.CheckConstraint(
                condition=~models.Q(predecessor=models.F("successor")), name="routing_link_not_to_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id}"
