"""What an endpoint is to be told, and how often it was tried."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from foundation.core.refs import RecordRef
from foundation.records.models import AppendOnlyModel, LedgerEntry
from foundation.webhooks.models.endpoints import Endpoint
from foundation.webhooks.states import Outcome


class Delivery(AppendOnlyModel):
    """One event for one endpoint. ``body`` holds the very bytes that are sent and signed, each time the same ones.

    ``message`` is the ``webhook-id``: the same however often it is sent, so that a receiver can tell a repeat.
    """

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="deliveries")
    message = models.CharField(max_length=100, unique=True)
    event = models.CharField(max_length=100)
    version = models.PositiveSmallIntegerField(default=1)
    occurred_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    entry = models.ForeignKey(LedgerEntry, null=True, on_delete=models.PROTECT, related_name="+")
    subject_label = models.CharField(max_length=100, default="", blank=True)
    subject_id = models.BigIntegerField(null=True)
    subject_number = models.CharField(max_length=200, default="", blank=True)
    body = models.TextField()

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="webhooks_delivery_endpoint"),
            models.Index(fields=["subject_label", "subject_id"], name="webhooks_delivery_subject"),
        ]

    def __str__(self) -> str:
        return self.message

    @property
    def subject(self) -> RecordRef | None:
        if not self.subject_label or self.subject_id is None:
            return None
        return RecordRef(self.subject_label, self.subject_id, self.subject_number)


class Attempt(AppendOnlyModel):
    """One try. ``number`` counts all tries of a delivery, ``try_number`` those since it was last asked for by hand."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="attempts")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    try_number = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    url = models.CharField(max_length=1000)
    address = models.CharField(max_length=60, default="", blank=True)  # the one that was connected to
    status = models.PositiveSmallIntegerField(null=True)  # no answer: none
    problem = models.TextField(default="", blank=True)
    answer = models.TextField(default="", blank=True)  # the beginning of it
    next_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="webhooks_attempt_once"),
            models.CheckConstraint(
                condition=Q(outcome="retrying", next_at__isnull=False) | (~Q(outcome="retrying") & Q(next_at=None)),
                name="webhooks_attempt_next",
            ),
        ]
        indexes = [models.Index(fields=["endpoint", "-id"], name="webhooks_attempt_endpoint")]

    def __str__(self) -> str:
        return f"{self.delivery_id}/{self.number} {self.outcome}"
