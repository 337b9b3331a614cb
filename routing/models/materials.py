"""Which operation consumes which BOM line, and what operations make on the way."""

from __future__ import annotations

from django.db import models

from foundation.records.models import RevisionContent


class MaterialUse(RevisionContent):
    """An operation consumes this quantity of a BOM line (all of it, or a share where two operations use it)."""

    revision = models.ForeignKey("routing.RoutingRevision", on_delete=models.CASCADE, related_name="material_uses")
    operation = models.ForeignKey("routing.Operation", on_delete=models.CASCADE, related_name="material_uses")
    position = models.CharField(max_length=20)
    item = models.ForeignKey("bom.Item", on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    unit = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operation", "position"], name="routing_materialuse_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="routing_materialuse_positive"),
        ]

    def __str__(self) -> str:
        return self.position


class IntermediateMade(RevisionContent):
    """An operation makes the item of a BOM line that a later operation of the same card consumes: it is not issued."""

    revision = models.ForeignKey("routing.RoutingRevision", on_delete=models.CASCADE, related_name="intermediates")
    operation = models.ForeignKey("routing.Operation", on_delete=models.CASCADE, related_name="intermediates")
    position = models.CharField(max_length=20)
    item = models.ForeignKey("bom.Item", on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    unit = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "position"], name="routing_intermediate_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="routing_intermediate_positive"),
        ]

    def __str__(self) -> str:
        return self.position
