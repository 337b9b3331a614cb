"""The life of an import: read, mapped, reviewed, committed once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.core.states import StateTable, Transition

STAGE = "imports.stage_file"


class BatchState(models.TextChoices):
    READING = "reading", _("Being read")
    STAGED = "staged", _("Read, to be mapped")
    REVIEWING = "reviewing", _("Being reviewed")
    IN_REVIEW = "in_review", _("In review")
    COMMITTING = "committing", _("Being committed")
    COMMITTED = "committed", _("Committed")
    ABANDONED = "abandoned", _("Abandoned")
    UNREADABLE = "unreadable", _("Cannot be read")


BATCH = StateTable(
    "imports.batch",
    [
        Transition(BatchState.STAGED, "read", BatchState.STAGED, permission=STAGE, label=_("Read again")),
        Transition(BatchState.IN_REVIEW, "read", BatchState.STAGED, permission=STAGE, label=_("Read again")),
        # What a large file takes is done by the worker; the states between say so.
        Transition(BatchState.STAGED, "read_later", BatchState.READING, permission=STAGE),
        Transition(BatchState.IN_REVIEW, "read_later", BatchState.READING, permission=STAGE),
        Transition(BatchState.REVIEWING, "read_later", BatchState.READING, permission=STAGE),
        Transition(BatchState.READING, "read_later", BatchState.READING, permission=STAGE),
        Transition(BatchState.READING, "read", BatchState.STAGED, permission=STAGE),
        Transition(BatchState.READING, "give_up", BatchState.UNREADABLE, permission=STAGE),
        Transition(BatchState.STAGED, "map_later", BatchState.REVIEWING, permission=STAGE),
        Transition(BatchState.IN_REVIEW, "map_later", BatchState.REVIEWING, permission=STAGE),
        Transition(BatchState.REVIEWING, "map_later", BatchState.REVIEWING, permission=STAGE),
        Transition(BatchState.REVIEWING, "review", BatchState.IN_REVIEW, permission=STAGE),
        Transition(BatchState.IN_REVIEW, "review", BatchState.IN_REVIEW, permission=STAGE),
        Transition(BatchState.IN_REVIEW, "commit_later", BatchState.COMMITTING, permission=STAGE),
        Transition(BatchState.COMMITTING, "commit", BatchState.COMMITTED, permission=STAGE),
        Transition(BatchState.COMMITTING, "hand_back", BatchState.IN_REVIEW, permission=STAGE),
        Transition(BatchState.STAGED, "map", BatchState.IN_REVIEW, permission=STAGE, label=_("Map columns")),
        Transition(BatchState.IN_REVIEW, "map", BatchState.IN_REVIEW, permission=STAGE, label=_("Map columns")),
        Transition(BatchState.IN_REVIEW, "edit", BatchState.IN_REVIEW, permission=STAGE),
        Transition(BatchState.IN_REVIEW, "commit", BatchState.COMMITTED, permission=STAGE, label=_("Commit")),
        Transition(BatchState.READING, "abandon", BatchState.ABANDONED, permission=STAGE, reason_required=True),
        Transition(BatchState.REVIEWING, "abandon", BatchState.ABANDONED, permission=STAGE, reason_required=True),
        Transition(BatchState.COMMITTING, "abandon", BatchState.ABANDONED, permission=STAGE, reason_required=True),
        Transition(BatchState.STAGED, "abandon", BatchState.ABANDONED, permission=STAGE, reason_required=True),
        Transition(BatchState.IN_REVIEW, "abandon", BatchState.ABANDONED, permission=STAGE, reason_required=True),
    ],
)
