from .cards import CardEvent, Handover, WorkCard
from .corrections import Correction
from .orders import BatchUnit, ProductionBatch, TravelCard, WorkOrder
from .pieces import PieceMove, ProductionReport
from .steps import SecondCheck, StepRecord
from .testfiles import SampleExclusion, TestFile

__all__ = [
    "BatchUnit",
    "CardEvent",
    "Correction",
    "Handover",
    "PieceMove",
    "ProductionBatch",
    "ProductionReport",
    "SampleExclusion",
    "SecondCheck",
    "StepRecord",
    "TestFile",
    "TravelCard",
    "WorkCard",
    "WorkOrder",
]
