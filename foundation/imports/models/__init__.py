"""Staged imports."""

from .batches import ImportBatch, SavedMapping
from .rows import RowKind, RowStatus, StagedDecision, StagedRow

__all__ = ["ImportBatch", "RowKind", "RowStatus", "SavedMapping", "StagedDecision", "StagedRow"]
