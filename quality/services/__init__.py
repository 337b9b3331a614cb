"""What other apps call of quality."""

from .assessments import decide_assessment, open_assessment
from .deviations import close_deviation, decide_deviation, raise_deviation, report_event
from .dispositions import decide_disposition, mark_executed
from .inspections import record_inspection
from .nonconformances import close_nonconformance, raise_nonconformance, record_cause

__all__ = [
    "close_deviation",
    "close_nonconformance",
    "decide_assessment",
    "decide_deviation",
    "decide_disposition",
    "mark_executed",
    "open_assessment",
    "raise_deviation",
    "raise_nonconformance",
    "record_cause",
    "record_inspection",
    "report_event",
]
