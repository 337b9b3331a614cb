"""The server alone says whether a routing is complete; it answers by operation."""

from .problems import Problem, blocking
from .run import problems_of, validate_routing

__all__ = ["Problem", "blocking", "problems_of", "validate_routing"]
