"""Reads of routings and process cards."""

from .allocation import Allocation, allocations
from .authors import authors_of
from .comparison import Change, compare_contents, compare_routings
from .content import card_content, card_hash, routing_content
from .graphs import graph, graph_differences
from .library import Use, definitions, where_used
from .loading import Loaded, load
from .signed import attach_card_signatures

__all__ = [
    "Allocation",
    "Change",
    "Loaded",
    "Use",
    "allocations",
    "attach_card_signatures",
    "authors_of",
    "card_content",
    "card_hash",
    "compare_contents",
    "compare_routings",
    "definitions",
    "graph",
    "graph_differences",
    "load",
    "routing_content",
    "where_used",
]
