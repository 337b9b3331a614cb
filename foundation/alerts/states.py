"""An alert is open until somebody it is addressed to says that they have seen it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.core.states import StateTable, Transition


class AlertState(models.TextChoices):
    OPEN = "open", _("Open")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")


class Severity(models.TextChoices):
    INFORMATION = "information", _("Information")
    WARNING = "warning", _("Warning")
    CRITICAL = "critical", _("Critical")


ALERT = StateTable(
    "alert",
    [Transition(AlertState.OPEN, "acknowledge", AlertState.ACKNOWLEDGED, label=_("Acknowledge"))],
)
