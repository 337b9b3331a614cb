"""Reads of changes and effectivity."""

from .authors import authors_of
from .comparison import Comparison, Line, compare_affected, effective_revision_of
from .consistency import Inconsistency, inconsistencies
from .content import affected_of, change_content, revision_content, subjects_of
from .effectivity import CardAnswer, effective_process_card, resolve
from .orders import OPEN_ORDERS, OpenOrder, decisions_for_order, open_orders

__all__ = [
    "OPEN_ORDERS",
    "CardAnswer",
    "Comparison",
    "Inconsistency",
    "Line",
    "OpenOrder",
    "affected_of",
    "authors_of",
    "change_content",
    "compare_affected",
    "decisions_for_order",
    "effective_process_card",
    "effective_revision_of",
    "inconsistencies",
    "open_orders",
    "resolve",
    "revision_content",
    "subjects_of",
]
