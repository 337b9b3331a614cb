"""The process card: what an order is built from, and nothing else."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from foundation.core.refs import RecordRef
from foundation.records.models import AppendOnlyModel
from routing.states import Purpose


class ProcessCard(AppendOnlyModel):
    """Immutable snapshot of BOM, routing and parameters (docs/contracts.md: process-card/1), published by a change."""

    number = models.CharField(max_length=30, unique=True)
    item = models.ForeignKey("bom.Item", on_delete=models.PROTECT, related_name="process_cards")
    routing_revision = models.OneToOneField(
        "routing.RoutingRevision", on_delete=models.PROTECT, related_name="process_card"
    )
    revision = models.CharField(max_length=10)
    variant = models.CharField(max_length=40, default="", blank=True)
    purpose = models.CharField(max_length=10, choices=Purpose)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    signature_ids = models.JSONField(default=list)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    change_label = models.CharField(max_length=100)
    change_id = models.BigIntegerField()
    change_number = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index(fields=["item", "-id"], name="routing_card_of_item")]
        constraints = [
            models.CheckConstraint(condition=models.Q(content_hash__regex=r"^[0-9a-f]{64}$"), name="routing_card_hash")
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def change(self) -> RecordRef:
        """The change that published it (a value: change control is above routing)."""
        return RecordRef(self.change_label, self.change_id, self.change_number)
