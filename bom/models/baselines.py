"""The first load of a plant's parts lists, approved as one by two people. Everything later is a change."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from bom.models.revisions import BomRevision
from foundation.records.models import AppendOnlyModel, TrackedModel


class BaselineState(models.TextChoices):
    IN_APPROVAL = "in_approval", _("In approval")
    APPROVED = "approved", _("Approved")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Baseline(TrackedModel):
    """A list of first revisions that are signed together."""

    number = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=BaselineState, default=BaselineState.IN_APPROVAL)

    def __str__(self) -> str:
        return self.number


class BaselineEntry(TrackedModel):
    """One revision of the list, with the hash of the content that is signed."""

    baseline = models.ForeignKey(Baseline, on_delete=models.PROTECT, related_name="entries")
    revision = models.ForeignKey(BomRevision, on_delete=models.PROTECT, related_name="baseline_entries")
    content_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["baseline", "revision"], name="bom_baselineentry_once")]

    def __str__(self) -> str:
        return self.content_hash


class BaselineApproval(AppendOnlyModel):
    """One side has signed. ``signatures``: the ids, one for each revision of the list."""

    baseline = models.ForeignKey(Baseline, on_delete=models.PROTECT, related_name="approvals")
    side = models.CharField(max_length=12)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signatures = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["baseline", "side"], name="bom_baselineapproval_side_once"),
            models.UniqueConstraint(fields=["baseline", "signer"], name="bom_baselineapproval_two_people"),
        ]

    def __str__(self) -> str:
        return self.side
