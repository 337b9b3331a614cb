"""The routing of an item as a controlled revision."""

from __future__ import annotations

from django.db import models

from foundation.records.models import ControlledRevision, RevisionState
from routing.states import Purpose


class RoutingRevision(ControlledRevision):
    """How one item is made from one BOM revision: operations and the graph between them.

    ``content_hash`` is the hash of the process card that this revision would publish (`selectors.card_content`), written
    when it is submitted: it is what the approvers sign.
    """

    item = models.ForeignKey("bom.Item", on_delete=models.PROTECT, related_name="routing_revisions")
    revision = models.CharField(max_length=10)
    number = models.CharField(max_length=140, unique=True)  # <item>[-<variant>]/<revision>
    variant = models.CharField(max_length=40, default="", blank=True)  # a validated alternate: a site or a line
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.PRODUCTION)
    bom_revision = models.ForeignKey("bom.BomRevision", on_delete=models.PROTECT, related_name="routing_revisions")
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    documents = models.JSONField(default=list, blank=True)  # [{number, revision, title{}}]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "variant", "revision"], name="routing_revision_once"),
            models.UniqueConstraint(
                fields=["item", "variant"],
                condition=models.Q(state__in=[RevisionState.DRAFT, RevisionState.IN_REVIEW]),
                name="routing_revision_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_draft(self) -> bool:
        return bool(self.state == RevisionState.DRAFT)
