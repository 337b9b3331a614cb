"""What alerts answer to the questions of the portal."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.alerts.selectors import inbox_of
from foundation.alerts.states import Severity
from foundation.core.actor import Actor
from foundation.core.answers import Todo
from foundation.core.texts import localized

SHOWN = 5


def todo(actor: Actor) -> list[Todo]:
    """The newest open alerts, the critical ones marked urgent."""
    return [
        Todo(
            group=_("Alerts"),
            title=localized(alert.title),
            url=reverse("alerts:inbox"),
            detail=alert.subject_number,
            icon_name="bell",
            urgent=alert.severity == Severity.CRITICAL,
        )
        for alert in inbox_of(actor)[:SHOWN]
    ]
