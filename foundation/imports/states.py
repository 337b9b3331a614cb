"""The life of an import: read, mapped, reviewed, committed once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.core.states import StateTable, Transition

STAGE = "imports.stage_file"


class BatchState(models.TextChoices):
    STAGED = "staged", _("Read, to be mapped")
    IN_REVIEW = "in_review", _("In review")
    COMMITTED = "committed", _("Committed")
    ABANDONED = "abandoned", _("Abandoned")


BATCH = StateTable(
    "imports.batch",
    [
        Transition(BatchState.STAGED, "read", BatchState.STAGED, permission=STAGE, label=_("Read again")),
        Transition(BatchState.IN_REVIEW, "read", BatchState.STAGED, permission=STAGE, label=_("Read again")),
        Transition(BatchState.STAGED, "map", BatchState.IN_REVIEW, permission=STAGE, label=_("Map columns")),
        Transition(BatchState.IN_REVIEW, "map", BatchState.IN_REVIEW, permission=STAGE, label=_("Map columns")),
        Transition(BatchState.IN_REVIEW, "edit", BatchState.IN_REVIEW, permission=STAGE),
        Transition(BatchState.IN_REVIEW, "commit", BatchState.COMMITTED, permission=STAGE, label=_("Commit")),
        Transition(BatchState.STAGED, "abandon", BatchState.ABANDONED, permission=STAGE, reason_required=True),
        Transition(BatchState.IN_REVIEW, "abandon", BatchState.ABANDONED, permission=STAGE, reason_required=True),
    ],
)
