from .assessments import GaugeAssessment
from .deviations import Deviation
from .inspections import Inspection
from .nonconformances import Disposition, Nonconformance

__all__ = ["Deviation", "Disposition", "GaugeAssessment", "Inspection", "Nonconformance"]
