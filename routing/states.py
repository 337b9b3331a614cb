"""The choices of a routing, and the states of its revision as a table."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.core.states import StateTable, Transition
from foundation.records.models import RevisionState

DRAFT, IN_REVIEW, APPROVED, RETIRED = (
    RevisionState.DRAFT.value,
    RevisionState.IN_REVIEW.value,
    RevisionState.APPROVED.value,
    RevisionState.RETIRED.value,
)

# Which card is current is a fact of changecontrol.Effectivity. "publish" needs a PublicationAuthorization besides.
REVISION_STATES = StateTable(
    "routing.revision",
    [
        Transition(DRAFT, "submit", IN_REVIEW, "routing.edit_routing", label=_("Submit for review")),
        Transition(
            IN_REVIEW, "return", DRAFT, "routing.return_routing", reason_required=True, label=_("Return to draft")
        ),
        Transition(IN_REVIEW, "publish", APPROVED, "routing.publish_card", label=_("Publish process card")),
        Transition(APPROVED, "retire", RETIRED, "routing.publish_card", reason_required=True, label=_("Retire")),
    ],
)


class Purpose(models.TextChoices):
    PRODUCTION = "production", _("Production")
    TRIAL = "trial", _("Trial (not for sale)")


class TimeBasis(models.TextChoices):
    PER_UNIT = "per_unit", _("per unit")
    PER_BATCH = "per_batch", _("per batch")


class FirstPiece(models.TextChoices):
    NONE = "", _("No first piece")
    START = "start", _("At the start of the card")
    CHANGE = "change", _("At the start, and after a change of person, machine or material lot")


class StepKind(models.TextChoices):
    INSTRUCTION = "instruction", _("Instruction")
    READING = "reading", _("Reading")
    MATERIAL_SCAN = "material_scan", _("Material scan")
    CHECKLIST = "checklist", _("Checklist")
    CHOICE = "choice", _("Choice")
    TEXT = "text", _("Text")
    FILE = "file", _("File")
    CLEARANCE = "clearance", _("Clearance")
    INSPECTION = "inspection", _("Inspection")


class When(models.TextChoices):
    CARD_START = "card_start", _("at card start")
    EVERY_UNIT = "every_unit", _("every unit")
    SAMPLE = "sample", _("sample of n")
    EVERY_N = "every_n", _("every n pieces")
    FIRST_PIECE = "first_piece", _("first piece")
    LAST_PIECE = "last_piece", _("last piece")
    CARD_END = "card_end", _("at card end")


WHEN_WITH_N = (When.SAMPLE, When.EVERY_N)


class By(models.TextChoices):
    SELF = "self", _("self")
    MUTUAL = "mutual", _("mutual")
    INSPECTOR = "inspector", _("inspector")


class SecondCheck(models.TextChoices):
    NONE = "", _("none")
    SCAN = "scan", _("scan (identity only)")
    WITNESS = "witness", _("witness")
    REMEASURE = "remeasure", _("independent re-measure")
    REVIEW = "review", _("review")


class Characteristic(models.TextChoices):
    PROCESS = "process", _("Process parameter")
    PRODUCT = "product", _("Product characteristic")


class Capture(models.TextChoices):
    TYPED = "typed", _("typed")
    SCANNED = "scanned", _("scanned")
    MACHINE = "machine", _("machine")
    FILE = "file", _("from a file")


class Reaction(models.TextChoices):
    DEVIATION = "deviation", _("Deviation")
    NONCONFORM_UNIT = "nonconform_unit", _("Nonconformance on the unit")
    REWORK_LOOP = "rework_loop", _("Rework in the declared loop")
    HOLD_BATCH = "hold_batch", _("Hold the batch")
    STOP = "stop", _("Stop and call")


class FileKind(models.TextChoices):
    NONE = "", "–"
    BLOWER_FLOW_TEST = "blower-flow-test", _("Blower flow test (CSV)")


# What a recorded file may be asked: its columns with the units that the recorder writes. Q1: the source states no unit.
FILE_COLUMNS: dict[str, dict[str, str]] = {
    FileKind.BLOWER_FLOW_TEST: {"t": "s", "patient": "kPa", "p2": "kPa", "p3": "kPa", "Q1": "L/min"},
}
STATISTICS = ("mean", "min", "max")
