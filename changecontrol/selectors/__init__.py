"""Reads of changes and effectivity."""

from .authors import authors_of
from .content import affected_of, change_content, revision_content, subjects_of
from .effectivity import CardAnswer, effective_process_card, resolve
from .orders import OPEN_ORDERS, OpenOrder, decisions_for_order, open_orders

__all__ = [
    "OPEN_ORDERS",
    "CardAnswer",
    "OpenOrder",
    "affected_of",
    "authors_of",
    "change_content",
    "decisions_for_order",
    "effective_process_card",
    "open_orders",
    "resolve",
    "revision_content",
    "subjects_of",
]
