"""Reads of items and parts lists."""

from .authors import authors_of
from .checks import Problem, check_revision, errors_of
from .comparison import Comparison, LineChange, compare, compare_contents
from .content import bom_content, draft_content, position_key
from .costs import Cost, CostElement, costs_of, rolled_up_cost
from .signed import attach_baseline_signatures
from .structure import (
    ExplodedLine,
    Structure,
    components_below,
    current_revision,
    explode,
    load_structure,
    newest_revision,
    requirements,
)
from .where_used import WhereUsed, where_used

__all__ = [
    "Comparison",
    "Cost",
    "CostElement",
    "ExplodedLine",
    "LineChange",
    "Problem",
    "Structure",
    "WhereUsed",
    "attach_baseline_signatures",
    "authors_of",
    "bom_content",
    "check_revision",
    "compare",
    "compare_contents",
    "components_below",
    "costs_of",
    "current_revision",
    "draft_content",
    "errors_of",
    "explode",
    "load_structure",
    "newest_revision",
    "position_key",
    "requirements",
    "rolled_up_cost",
    "where_used",
]
