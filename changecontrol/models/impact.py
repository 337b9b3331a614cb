"""What a change touches, as computed and as judged, and what each open order does."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from changecontrol.models.changes import ChangeRequest
from changecontrol.states import ImpactKind, Judgement, OrderChoice, Source
from foundation.records.models import TrackedModel


class ImpactEntry(TrackedModel):
    """One line of the impact list. Computed ones are found again by ``kind`` and ``subject``; their judgement is kept as
    long as what was computed stays the same. ``suggested`` is prefilled; nothing counts as judged until a person does."""

    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="impact")
    kind = models.CharField(max_length=14, choices=ImpactKind)
    source = models.CharField(max_length=8, choices=Source)
    subject_label = models.CharField(max_length=100, default="", blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    subject_number = models.CharField(max_length=200, default="", blank=True)
    text = models.JSONField(default=dict)  # {language: text}
    suggested = models.CharField(max_length=14, choices=Judgement, default="", blank=True)
    decision = models.CharField(max_length=14, choices=Judgement, default="", blank=True)
    reason = models.TextField(default="", blank=True)  # why not, or what is done about it
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    judged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "impact entries"
        constraints = [
            models.UniqueConstraint(
                fields=["change", "kind", "subject_label", "subject_number"],
                condition=models.Q(source="computed"),
                name="changecontrol_impact_computed_once",
            ),
            models.CheckConstraint(
                condition=models.Q(decision__in=["", "not_affected"]) | ~models.Q(reason=""),
                name="changecontrol_impact_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_number}"

    @property
    def is_judged(self) -> bool:
        return self.decision != ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What a computed entry is found again by."""
        return (self.kind, self.subject_label, self.subject_number)


class OrderDecision(TrackedModel):
    """What one open order does when the change becomes effective. ``by_default``: dispatched after the list was signed,
    so the signed rule for later orders decided."""

    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="order_decisions")
    order_label = models.CharField(max_length=100)
    order_id = models.BigIntegerField()
    order_number = models.CharField(max_length=60)
    item = models.ForeignKey("bom.Item", on_delete=models.PROTECT, related_name="+")
    card_number = models.CharField(max_length=30, default="", blank=True)  # that the order has now
    choice = models.CharField(max_length=14, choices=OrderChoice)
    reason = models.TextField(default="", blank=True)
    by_default = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["order_number"], name="changecontrol_decision_order")]
        constraints = [
            models.UniqueConstraint(fields=["change", "order_number"], name="changecontrol_decision_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order_number} {self.choice}"
