"""A record grows while its batch is built, is reviewed as a whole, and is released once, wholly or in parts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.core.states import StateTable, Transition


class RecordState(models.TextChoices):
    GROWING = "growing", _("Growing")
    REVIEWED = "reviewed", _("Reviewed")
    PARTLY_RELEASED = "partly_released", _("Partly released")
    RELEASED = "released", pgettext_lazy("state of a batch record", "Released")


S = RecordState
RECORD_STATES = StateTable(
    "device history record",
    [
        Transition(S.GROWING, "review", S.REVIEWED, "dhr.review_record", "reviewed", label=_("Sign the review")),
        Transition(S.REVIEWED, "reopen", S.GROWING, "dhr.review_record", reason_required=True, label=_("Send back")),
        Transition(S.REVIEWED, "release", S.RELEASED, "dhr.release_record", "released", label=_("Release")),
        Transition(S.REVIEWED, "release_part", S.PARTLY_RELEASED, "dhr.release_record", "released"),
        Transition(
            S.PARTLY_RELEASED, "release", S.RELEASED, "dhr.release_record", "released", label=_("Release the rest")
        ),
        Transition(S.PARTLY_RELEASED, "release_part", S.PARTLY_RELEASED, "dhr.release_record", "released"),
    ],
)
