"""State machines of quality, as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.core.states import StateTable, Transition


class NonconformanceState(models.TextChoices):
    OPEN = "open", _("Open, contained")
    DECIDED = "decided", _("Disposition decided")
    EXECUTED = "executed", _("Disposition carried out")
    CLOSED = "closed", _("Closed")


class DeviationState(models.TextChoices):
    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    CLOSED = "closed", _("Closed")


class AssessmentState(models.TextChoices):
    OPEN = "open", _("To be judged")
    AFFECTED = "affected", _("Affected")
    NOT_AFFECTED = "not_affected", _("Not affected")


class NonconformanceSource(models.TextChoices):
    STEP = "step", _("Reading or check on the floor")
    INSPECTION = "inspection", _("Inspection")
    TEST_FILE = "test_file", _("Recorded test")
    INCOMING = "incoming", _("Incoming inspection")
    REPORT = "report", _("Reported by a person")
    CALIBRATION = "calibration", _("Gauge out of tolerance")


class DeviationSource(models.TextChoices):
    PARAMETER = "parameter", _("Process parameter out of limits")
    REPORTED = "reported", _("Reported from the floor")
    OVERRIDE = "override", _("Gate opened by a decision")
    SECOND_CHECK = "second_check", _("Second check disagreed")
    SKIP = "skip", _("Operation to be skipped")


class DispositionKind(models.TextChoices):
    REWORK = "rework", _("Rework")
    REPAIR = "repair", _("Repair")
    CONCESSION = "concession", _("Concession")
    SORT = "sort", _("Sort")
    DOWNGRADE = "downgrade", _("Downgrade")
    RETURN = "return", _("Return to supplier")
    SCRAP = "scrap", _("Scrap")


class InspectionKind(models.TextChoices):
    INCOMING = "incoming", _("Incoming")
    FIRST_PIECE = "first_piece", _("First piece")
    PATROL = "patrol", _("Patrol")
    LAST_PIECE = "last_piece", _("Last piece")
    FINAL = "final", _("Final")


class InspectionResult(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")


_N, _D = NonconformanceState, DeviationState

NONCONFORMANCE = StateTable(
    "quality.nonconformance",
    [
        Transition(_N.OPEN, "record_cause", _N.OPEN, "quality.raise_nonconformance", label=_("Record the cause")),
        Transition(_N.OPEN, "decide_part", _N.OPEN, "quality.decide_disposition", "approved", label=_("Decide a part")),
        Transition(_N.OPEN, "decide", _N.DECIDED, "quality.decide_disposition", "approved", label=_("Decide")),
        Transition(_N.OPEN, "execute_part", _N.OPEN, label=_("Carried out in part")),
        Transition(_N.DECIDED, "record_cause", _N.DECIDED, "quality.raise_nonconformance", label=_("Record the cause")),
        Transition(_N.DECIDED, "execute_part", _N.DECIDED, label=_("Carried out in part")),
        Transition(_N.DECIDED, "execute", _N.EXECUTED, label=_("Carried out")),
        Transition(
            _N.EXECUTED, "record_cause", _N.EXECUTED, "quality.raise_nonconformance", label=_("Record the cause")
        ),
        Transition(_N.EXECUTED, "close", _N.CLOSED, "quality.decide_disposition", label=_("Close")),
    ],
)

_A = AssessmentState
ASSESSMENT = StateTable(
    "quality.gaugeassessment",
    [
        Transition(_A.OPEN, "affected", _A.AFFECTED, "quality.decide_deviation", "assessed", True, _("Affected")),
        Transition(
            _A.OPEN, "not_affected", _A.NOT_AFFECTED, "quality.decide_deviation", "assessed", True, _("Not affected")
        ),
    ],
)

DEVIATION = StateTable(
    "quality.deviation",
    [
        Transition(_D.OPEN, "accept", _D.ACCEPTED, "quality.decide_deviation", "approved", True, _("Accept")),
        Transition(_D.OPEN, "reject", _D.REJECTED, "quality.decide_deviation", "refused", True, _("Reject")),
        Transition(_D.ACCEPTED, "close", _D.CLOSED, "quality.decide_deviation", "", True, _("Close")),
        Transition(_D.REJECTED, "close", _D.CLOSED, "quality.decide_deviation", "", True, _("Close")),
    ],
)
