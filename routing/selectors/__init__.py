"""Reads of routings and process cards."""

from .authors import authors_of
from .content import card_content, card_hash, routing_content
from .graphs import graph, graph_differences
from .loading import Loaded, load

__all__ = [
    "Loaded",
    "authors_of",
    "card_content",
    "card_hash",
    "graph",
    "graph_differences",
    "load",
    "routing_content",
]
