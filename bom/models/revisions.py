"""BOM revisions: what one item is made of, controlled."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from bom.models.items import Item
from bom.querysets import RevisionManager
from foundation.records.models import ControlledRevision, RevisionContent


class Basis(models.TextChoices):
    PER_UNIT = "per_unit", _("For each piece made")
    PER_BATCH = "per_batch", _("For each batch")
    FIXED = "fixed", _("Once for an order, whatever its quantity")


class BomRevision(ControlledRevision):
    """One revision of an item's parts list. ``number`` is ``<item>/<revision>``; ``sequence`` orders the revisions.

    ``content`` is the canonical content as it was submitted, so that what was signed can always be shown again, even
    when an item's name is translated later. ``approval_*`` point to what authorised it (a change, or the baseline).
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="revisions")
    revision = models.CharField(max_length=10)
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=100, unique=True)
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=200, default="", blank=True)  # e.g. the import it came from
    edition = models.PositiveIntegerField(
        default=0
    )  # counts the edits of the draft: two editors cannot overwrite each other
    content = models.JSONField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approval_label = models.CharField(max_length=100, default="", blank=True)
    approval_id = models.BigIntegerField(null=True, blank=True)
    approval_number = models.CharField(max_length=100, default="", blank=True)

    STATE_COLUMNS = (
        "state",
        "content_hash",
        "content",
        "approved_at",
        "approval_label",
        "approval_id",
        "approval_number",
    )
    objects: ClassVar[Any] = RevisionManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "revision"], name="bom_bomrevision_once"),
            models.UniqueConstraint(fields=["item", "sequence"], name="bom_bomrevision_in_order"),
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(state__in=["draft", "in_review"]),
                name="bom_bomrevision_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def etag(self) -> str:
        """Changes with every edit and every state."""
        return f"{self.pk}-{self.edition}-{self.state}"


class BomLine(RevisionContent):
    """One component of a revision.

    What the explosion takes is decided by four facts: ``optional`` lines and alternates (``alternate_of`` names the
    positions that they replace) are left out; a line ``used_with`` another is taken only with it; a line with
    ``cut_from`` is made here out of a stock line (``is_cut_stock``), whose quantity is what is issued and costed.
    """

    revision = models.ForeignKey(BomRevision, on_delete=models.CASCADE, related_name="lines")
    position = models.CharField(max_length=20)
    component = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="used_in")
    quantity = models.DecimalField(max_digits=20, decimal_places=6)
    unit = models.CharField(max_length=12)
    basis = models.CharField(max_length=10, choices=Basis, default=Basis.PER_UNIT)
    scrap_factor = models.DecimalField(max_digits=6, decimal_places=4, default=0)
    optional = models.BooleanField(default=False)
    critical = models.BooleanField(default=False)
    approximate = models.BooleanField(default=False)
    is_cut_stock = models.BooleanField(default=False)
    cut_from = models.CharField(max_length=20, default="", blank=True)
    alternate_of = models.JSONField(default=list, blank=True)
    alternate_condition = models.JSONField(default=dict, blank=True)
    used_with = models.CharField(max_length=20, default="", blank=True)
    note = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "position"], name="bom_bomline_position_once"),
            models.CheckConstraint(condition=~models.Q(position=""), name="bom_bomline_position_given"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="bom_bomline_quantity_positive"),
            models.CheckConstraint(condition=models.Q(basis__in=Basis.values), name="bom_bomline_basis_known"),
            models.CheckConstraint(
                condition=models.Q(scrap_factor__gte=0) & models.Q(scrap_factor__lt=1), name="bom_bomline_scrap_factor"
            ),
            models.CheckConstraint(
                condition=models.Q(cut_from="") | models.Q(is_cut_stock=False), name="bom_bomline_stock_is_not_cut"
            ),
        ]

    def __str__(self) -> str:
        return self.position


class BomTool(RevisionContent):
    """A tool that the work needs; it is not consumed, so it is no component and costs the product nothing."""

    revision = models.ForeignKey(BomRevision, on_delete=models.CASCADE, related_name="tools")
    position = models.CharField(max_length=20)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="tool_in")
    quantity = models.DecimalField(max_digits=20, decimal_places=6, default=1)
    optional = models.BooleanField(default=False)
    note = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "position"], name="bom_bomtool_position_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="bom_bomtool_quantity_positive"),
        ]

    def __str__(self) -> str:
        return self.position
