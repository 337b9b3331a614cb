"""The choices of rules, holds and archives; a legal hold's states as a table."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.core.states import StateTable, Transition

VIEW, SET_RULE, HOLD, LIFT, ARCHIVE, END = (
    "retention.view_keeping",
    "retention.set_rule",
    "retention.place_legal_hold",
    "retention.lift_legal_hold",
    "retention.make_archive",
    "retention.end_keeping",
)


class Start(models.TextChoices):
    """The day from which a company's rule counts."""

    RELEASED = "released", _("its release")
    CLOSED = "closed", _("the day it was closed")
    LAST_PLACED = "last_placed", _("the last device placed on the market")


class ForMarket(models.TextChoices):
    ANY = "", _("every market")
    EU = "eu", _("European Union")
    US = "us", _("United States")
    CN = "cn", _("China")


class HoldState(models.TextChoices):
    IN_FORCE = "in_force", pgettext_lazy("legal hold", "In force")
    LIFTED = "lifted", pgettext_lazy("legal hold", "Lifted")


HOLD_STATES = StateTable(
    "legal hold",
    [
        Transition(
            HoldState.IN_FORCE, "lift", HoldState.LIFTED, LIFT, "approved", reason_required=True, label=_("Lift it")
        )
    ],
)


class ArchiveKind(models.TextChoices):
    RECORD = "record", _("One record")
    PERIOD = "period", _("Everything written in a period")


class Verdict(models.TextChoices):
    INTACT = "intact", _("Intact")
    DAMAGED = "damaged", _("Damaged")
    MISSING = "missing", pgettext_lazy("archive file", "Missing")
