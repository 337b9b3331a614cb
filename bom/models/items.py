"""Items, who may deliver them, and what they cost."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from bom.querysets import ItemManager
from foundation.core.texts import localized
from foundation.records.models import TrackedModel


class ItemKind(models.TextChoices):
    RAW = "raw", _("Raw material")
    AUXILIARY = "auxiliary", _("Auxiliary material")
    COMPONENT = "component", _("Component")
    INTERMEDIATE = "intermediate", _("Intermediate made within an order")
    ASSEMBLY = "assembly", _("Assembly")
    FINISHED_DEVICE = "finished_device", _("Finished device")
    PACKAGING = "packaging", _("Packaging")
    LABEL = "label", _("Label")
    TOOL = "tool", _("Tool")


class Tracking(models.TextChoices):
    NONE = "none", _("Not tracked")
    LOT = "lot", _("By lot")
    SERIAL = "serial", _("By serial number")


class MakeOrBuy(models.TextChoices):
    MAKE = "make", _("Made in house")
    BUY = "buy", _("Bought")


class Market(models.TextChoices):
    """Where a device is placed on the market, as far as it says how long its records are kept."""

    EU = "eu", _("European Union")
    US = "us", _("United States")
    CN = "cn", _("China")
    OTHER = "other", _("Elsewhere")


class Item(TrackedModel):
    """Anything with a part number. Its number never changes; its unit is the one unit in which it is counted.

    ``without_list``: made in house from no parts list of its own (3D-printed, cut, machined), so that a missing list is
    a decision and not an omission. ``device_lifetime_years``, ``markets`` and ``last_placed_on`` (the day on which the last
    device was placed on the market, once no more are) say how long its records are kept (`foundation.retention`).
    """

    number = models.CharField(_("number"), max_length=80, unique=True)
    name = models.JSONField(_("name"), default=dict)  # {language: text}
    kind = models.CharField(_("kind"), max_length=20, choices=ItemKind, default=ItemKind.COMPONENT)
    unit = models.CharField(_("unit"), max_length=12, default="pcs")
    tracking = models.CharField(_("tracking"), max_length=10, choices=Tracking, default=Tracking.LOT)
    make_or_buy = models.CharField(_("make or buy"), max_length=4, choices=MakeOrBuy, default=MakeOrBuy.BUY)
    without_list = models.BooleanField(_("made without a parts list of its own"), default=False)
    shelf_life_days = models.PositiveIntegerField(_("shelf life (days)"), null=True, blank=True)
    critical = models.BooleanField(_("critical"), default=False)
    sterile = models.BooleanField(_("sterile"), default=False)
    implant = models.BooleanField(_("implant"), default=False)
    life_sustaining = models.BooleanField(_("life-sustaining"), default=False)
    device_class = models.CharField(_("device class"), max_length=20, default="", blank=True)
    model = models.CharField(_("model"), max_length=80, default="", blank=True)
    registration_number = models.CharField(_("registration number"), max_length=80, default="", blank=True)
    technical_requirements = models.CharField(_("technical requirements number"), max_length=80, default="", blank=True)
    udi_di = models.CharField(_("UDI-DI"), max_length=20, default="", blank=True)
    device_lifetime_years = models.PositiveSmallIntegerField(
        _("device lifetime (years)"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    markets = models.JSONField(_("markets"), default=list, blank=True)  # codes of Market; [] = not stated
    last_placed_on = models.DateField(_("last device placed on the market"), null=True, blank=True)

    objects: ClassVar[Any] = ItemManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(number=""), name="bom_item_number_given"),
            models.CheckConstraint(condition=~models.Q(unit=""), name="bom_item_unit_given"),
            models.CheckConstraint(condition=models.Q(kind__in=ItemKind.values), name="bom_item_kind_known"),
            models.CheckConstraint(condition=models.Q(tracking__in=Tracking.values), name="bom_item_tracking_known"),
            models.CheckConstraint(
                condition=models.Q(make_or_buy__in=MakeOrBuy.values), name="bom_item_make_or_buy_known"
            ),
            models.CheckConstraint(
                condition=models.Q(without_list=False) | models.Q(make_or_buy="make"), name="bom_item_without_list_made"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return localized(self.name)

    @property
    def market_names(self) -> list[str]:
        """The markets in words."""
        return [str(Market(code).label) for code in self.markets if code in Market.values]


class Supplier(TrackedModel):
    """Who delivers, or the maker whose part number is asked for."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class ApprovedSource(TrackedModel):
    """An item may come from this supplier under this part number. Not definition: it changes without a new revision."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="sources")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="sources")
    part_number = models.CharField(max_length=120)
    approved = models.BooleanField(default=True)
    note = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "supplier", "part_number"], name="bom_approvedsource_once")
        ]

    def __str__(self) -> str:
        return f"{self.part_number}"


class StandardCost(TrackedModel):
    """What an item costs from a day on: ``amount`` for ``per_quantity`` of ``per_unit``, and how sure that is."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="costs")
    amount = models.DecimalField(max_digits=18, decimal_places=6)
    currency = models.CharField(max_length=3, default="USD")
    per_quantity = models.DecimalField(max_digits=18, decimal_places=6, default=1)
    per_unit = models.CharField(max_length=12)
    valid_from = models.DateField()
    approximate = models.BooleanField(default=False)
    uncertain = models.BooleanField(default=False)
    note = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "valid_from"], name="bom_standardcost_once_a_day"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="bom_standardcost_not_negative"),
            models.CheckConstraint(condition=models.Q(per_quantity__gt=0), name="bom_standardcost_per_something"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} / {self.per_quantity} {self.per_unit}"
