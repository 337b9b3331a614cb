"""An endpoint is told, or rests, or is over. What became of a delivery follows from its attempts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.core.states import StateTable, Transition

MANAGE = "webhooks.manage_endpoint"


class EndpointState(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("Ended")


ENDPOINT = StateTable(
    "endpoint",
    [
        Transition(EndpointState.ACTIVE, "pause", EndpointState.PAUSED, MANAGE, reason_required=True, label=_("Pause")),
        Transition(EndpointState.PAUSED, "resume", EndpointState.ACTIVE, MANAGE, label=_("Resume")),
        Transition(EndpointState.ACTIVE, "end", EndpointState.ENDED, MANAGE, reason_required=True, label=_("End")),
        Transition(EndpointState.PAUSED, "end", EndpointState.ENDED, MANAGE, reason_required=True, label=_("End")),
    ],
)


class Outcome(models.TextChoices):
    """Of one attempt."""

    DELIVERED = "delivered", _("Delivered")
    RETRYING = "retrying", _("Failed, will be tried again")
    GIVEN_UP = "given_up", _("Given up")


WAITING = "waiting"  # a delivery without an attempt
DELIVERY_STATES = [(WAITING, _("Waiting")), *Outcome.choices]
