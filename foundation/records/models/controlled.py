"""Controlled revisions: content that is frozen from *in review* on (BOM, routing, document, parameter set …)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.records.models.history import TrackedModel


class RevisionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", _("Approved")
    RETIRED = "retired", _("Retired")


class ControlledRevision(TrackedModel):
    """Base of a revision. The database lets its content change in draft only (see `protection.protect_revision`).

    ``STATE_COLUMNS`` names what may still change afterwards. Which revision is current is not said here: that is a fact
    of `changecontrol.Effectivity`.
    """

    state = models.CharField(max_length=10, choices=RevisionState, default=RevisionState.DRAFT)
    content_hash = models.CharField(max_length=64, default="", blank=True)

    STATE_COLUMNS: tuple[str, ...] = ("state", "content_hash")

    class Meta:
        abstract = True


class RevisionContent(TrackedModel):
    """Base of a child row of a revision. ``REVISION_FIELD`` is the foreign key to it, which every level carries."""

    REVISION_FIELD = "revision"

    class Meta:
        abstract = True
