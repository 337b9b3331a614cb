"""States of equipment."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.core.states import StateTable, Transition

MANAGE = "equipment.manage_equipment"


class EquipmentStatus(models.TextChoices):
    AVAILABLE = "available", _("Available")
    DOWN = "down", _("Down")
    MAINTENANCE = "maintenance", _("In maintenance")
    RETIRED = "retired", _("Retired")


def _row(source: str, event: str, target: str, label: object) -> Transition:
    return Transition(source, event, target, MANAGE, reason_required=True, label=label)


STATUS = StateTable(
    "equipment",
    [
        _row("available", "report_down", "down", _("Report down")),
        _row("available", "maintain", "maintenance", _("Take into maintenance")),
        _row("available", "retire", "retired", _("Retire")),
        _row("down", "maintain", "maintenance", _("Take into maintenance")),
        _row("down", "return_to_use", "available", _("Return to use")),
        _row("down", "retire", "retired", _("Retire")),
        _row("maintenance", "report_down", "down", _("Report down")),
        _row("maintenance", "return_to_use", "available", _("Return to use")),
        _row("maintenance", "retire", "retired", _("Retire")),
    ],
)


def event_towards(state: str, target: str) -> str:
    """The event that leads from one status to another; an unknown one is refused by the table."""
    return next((row.event for row in STATUS.events_from(state) if row.target == target), f"set {target}")
