"""What a person may be trusted with, and until when."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from foundation.core.texts import localized
from foundation.records.models import TrackedModel
from resources.personnel.querysets import GrantManager


class Qualification(TrackedModel):
    """A skill (资质) that an operation may ask for. ``valid_days`` is how long a grant lasts when nothing else is said."""

    code = models.CharField(max_length=60, unique=True)
    name = models.JSONField(default=dict)  # {language: text}
    description = models.JSONField(default=dict, blank=True)
    valid_days = models.PositiveIntegerField(null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=~Q(code=""), name="personnel_qualification_has_code"),
            models.CheckConstraint(
                condition=Q(valid_days=None) | Q(valid_days__gt=0), name="personnel_qualification_days_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> str:
        return localized(self.name) or self.code


class QualificationGrant(TrackedModel):
    """A person holds a qualification from one moment to another. A new grant follows an old one; none is overwritten."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="qualification_grants")
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, related_name="grants")
    trainer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.CharField(max_length=200, blank=True, default="")  # exam, certificate, on-the-job record
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoke_reason = models.TextField(blank=True, default="")

    objects = GrantManager()  # type: ignore[misc]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")), name="personnel_grant_forward"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | ~Q(revoke_reason=""), name="personnel_grant_revoked_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(trainer=None) | ~Q(trainer=F("user")), name="personnel_grant_not_by_oneself"
            ),
        ]
        indexes = [models.Index(fields=["user", "qualification", "valid_from"], name="personnel_grant_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.qualification_id}"

    def holds_at(self, moment: datetime) -> bool:
        """Not before it began, not after it ended or was revoked."""
        ends = [end for end in (self.valid_until, self.revoked_at) if end is not None]
        return self.valid_from <= moment and all(moment < end for end in ends)
