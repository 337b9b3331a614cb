"""Words and state tables of stock."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.core.states import StateTable, Transition


class PlaceKind(models.TextChoices):
    """Where material is. Only the first four hold stock; the others are where it comes from or ends."""

    STOCK = "stock", _("Stock")
    PRODUCTION = "production", _("Production")
    LABORATORY = "laboratory", _("Laboratory")
    RETAINED = "retained", _("Retained samples")
    SCRAP = "scrap", _("Scrap")
    DESTROYED = "destroyed", _("Destroyed")
    SUPPLIER = "supplier", _("Supplier")
    CUSTOMER = "customer", _("Customer")


HOLDS_STOCK = (PlaceKind.STOCK, PlaceKind.PRODUCTION, PlaceKind.LABORATORY, PlaceKind.RETAINED)


class StockStatus(models.TextChoices):
    QUARANTINE = "quarantine", _("Quarantine")  # 待验
    RELEASED = "released", _("Released")  # 合格
    REJECTED = "rejected", _("Rejected")  # 不合格
    IN_PROCESS = "in_process", _("In process")  # 在制


class MovementKind(models.TextChoices):
    RECEIVE = "receive", _("Received")
    PRODUCE = "produce", _("Made")
    RETURN = "return", _("Taken out again")
    SPLIT_IN = "split_in", _("Split off from")
    CONSUME = "consume", _("Used")
    SPLIT_OUT = "split_out", _("Split off")
    SCRAP = "scrap", _("Scrapped")
    MOVE = "move", _("Moved")


ADDS = (MovementKind.RECEIVE, MovementKind.PRODUCE, MovementKind.RETURN, MovementKind.SPLIT_IN)
TAKES = (MovementKind.CONSUME, MovementKind.SPLIT_OUT, MovementKind.SCRAP)


class LinkKind(models.TextChoices):
    """What joins two lots. ``remove`` undoes a part of a ``consume``; the others say how identity went on."""

    CONSUME = "consume", _("Used in")
    REMOVE = "remove", _("Taken out again")
    SPLIT = "split", _("Split off")
    MERGE = "merge", _("Merged")
    REPACK = "repack", _("Repacked")


class HoldKind(models.TextChoices):
    STOCK_UNIT = "stock_unit", _("Container")
    LOT = "lot", _("Lot")
    SUPPLIER_LOT = "supplier_lot", _("Supplier lot")
    ITEM = "item", _("Item")
    ORDER = "order", _("Order")
    EQUIPMENT = "equipment", _("Equipment and time")


OF_EVERY_SITE = (HoldKind.ITEM, HoldKind.SUPPLIER_LOT)  # they stop what comes from anywhere, so all must know


class InspectionResult(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")


RELEASE = "inventory.release_stock"
STATUS = StateTable(
    "stock unit",
    [
        Transition("quarantine", "release", "released", RELEASE, label=_("Release")),
        Transition("quarantine", "reject", "rejected", RELEASE, reason_required=True, label=_("Reject")),
        Transition("in_process", "release", "released", RELEASE, label=_("Release")),
        Transition("in_process", "reject", "rejected", RELEASE, reason_required=True, label=_("Reject")),
        Transition("released", "reject", "rejected", RELEASE, reason_required=True, label=_("Reject")),
        Transition("rejected", "judge_again", "quarantine", RELEASE, reason_required=True, label=_("Judge again")),
        Transition("rejected", "rework", "in_process", RELEASE, reason_required=True, label=_("Rework")),
    ],
)
