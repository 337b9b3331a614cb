"""The change request and the drafts that it carries."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from bom.models import BomRevision
from changecontrol.querysets import ChangeManager
from changecontrol.states import ChangeState, Kind, OrderChoice, Scope, Severity
from foundation.core.texts import localized
from foundation.records.models import TrackedModel
from routing.models import RoutingRevision


class ChangeRequest(TrackedModel):
    """One change, from draft to closed.

    The plan (``planned_*``, ``later_orders``) is a part of what is signed. ``content_hash`` is that of
    `selectors.change_content` when it was submitted; ``round`` counts submissions, so that each has its own signatures.
    """

    number = models.CharField(_("number"), max_length=30, unique=True)
    title = models.JSONField(_("title"), default=dict)  # {language: text}
    kind = models.CharField(_("type"), max_length=12, choices=Kind)
    severity = models.CharField(_("class"), max_length=6, choices=Severity)
    reason = models.TextField(_("reason"))
    state = models.CharField(_("state"), max_length=14, choices=ChangeState, default=ChangeState.DRAFT)
    state_since = models.DateTimeField()
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    round = models.PositiveSmallIntegerField(default=0)
    content_hash = models.CharField(max_length=64, default="", blank=True)
    planned_scope = models.CharField(_("effective"), max_length=10, choices=Scope, default=Scope.DATE)
    planned_orders = models.JSONField(default=list, blank=True)  # order numbers, for the scope "order"
    planned_from = models.DateTimeField(_("effective from"), null=True, blank=True)  # None: when it is implemented
    later_orders = models.CharField(
        _("orders dispatched until then"), max_length=14, choices=OrderChoice, default=OrderChoice.FINISH_ON_OLD
    )
    effective_from = models.DateTimeField(null=True, blank=True)  # as implemented

    objects: ClassVar = ChangeManager()

    class Meta:
        indexes = [models.Index(fields=["state", "-id"], name="changecontrol_change_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ChangeState.values), name="changecontrol_change_state_known"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="changecontrol_change_has_reason"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def label(self) -> str:
        """The title in the reader's language."""
        return localized(self.title)


class AffectedThing(TrackedModel):
    """A draft that the change carries: one routing revision or one BOM revision. ``dragged`` says what brought it in."""

    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="affected")
    routing_revision = models.ForeignKey(
        RoutingRevision, null=True, blank=True, on_delete=models.PROTECT, related_name="changes"
    )
    bom_revision = models.ForeignKey(
        BomRevision, null=True, blank=True, on_delete=models.PROTECT, related_name="changes"
    )
    dragged = models.BooleanField(default=False)
    content_hash = models.CharField(max_length=64, default="", blank=True)  # as submitted

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["change", "routing_revision"], name="changecontrol_affected_routing_once"),
            models.UniqueConstraint(fields=["change", "bom_revision"], name="changecontrol_affected_bom_once"),
            models.CheckConstraint(
                condition=models.Q(routing_revision=None, bom_revision__isnull=False)
                | models.Q(routing_revision__isnull=False, bom_revision=None),
                name="changecontrol_affected_is_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.revision.number

    @property
    def revision(self) -> RoutingRevision | BomRevision:
        """The revision that it is; select_related both."""
        found = self.routing_revision or self.bom_revision
        if found is None:
            raise ValueError("An affected thing is a routing revision or a BOM revision")
        return found

    @property
    def is_routing(self) -> bool:
        return self.routing_revision_id is not None
