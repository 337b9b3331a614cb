"""One alert: which rule spoke, about what, to whom, and who answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.alerts.states import AlertState, Severity
from foundation.core.refs import RecordRef
from foundation.core.texts import localized
from foundation.records.models import TrackedModel


class Alert(TrackedModel):
    """Addressed to a role or to a person. ``key`` keeps one cause from being told twice while it is open."""

    rule = models.CharField(max_length=80)  # ``app.what_happened``
    severity = models.CharField(max_length=12, choices=Severity)
    state = models.CharField(max_length=14, choices=AlertState, default=AlertState.OPEN)
    title = models.JSONField(default=dict)  # {language: text}
    body = models.JSONField(default=dict)
    subject_label = models.CharField(max_length=100, default="", blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    subject_number = models.CharField(max_length=200, default="", blank=True)
    role = models.CharField(max_length=60, default="", blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    site = models.ForeignKey("accounts.Site", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200, default="", blank=True)
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_by_name = models.CharField(max_length=200, default="", blank=True)
    note = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(role="") | Q(person__isnull=False), name="alerts_alert_addressed"),
            models.CheckConstraint(
                condition=Q(state="open", acknowledged_at=None)
                | Q(state="acknowledged", acknowledged_at__isnull=False),
                name="alerts_alert_acknowledged",
            ),
            models.UniqueConstraint(
                fields=["key"], condition=Q(state="open") & ~Q(key=""), name="alerts_alert_open_once"
            ),
        ]
        indexes = [
            models.Index(fields=["role", "-raised_at"], condition=Q(state="open"), name="alerts_alert_open_role"),
            models.Index(fields=["person", "-raised_at"], condition=Q(state="open"), name="alerts_alert_open_person"),
            models.Index(fields=["subject_label", "subject_id"], name="alerts_alert_subject"),
        ]

    def __str__(self) -> str:
        return localized(self.title)

    @property
    def subject(self) -> RecordRef | None:
        if not self.subject_label or self.subject_id is None:
            return None
        return RecordRef(self.subject_label, self.subject_id, self.subject_number)
