"""All checks over one loaded revision."""

from __future__ import annotations

from routing.checks import graphs, materials, operations, steps
from routing.checks.problems import ERROR, Problem
from routing.models import RoutingRevision
from routing.selectors.loading import Loaded, load


def validate_routing(revision: RoutingRevision) -> list[Problem]:
    """Every problem, by operation: one start, a reachable end, no cycle but declared loops, every BOM line consumed, sane
    parameters, complete steps, texts in every language. Six queries, whatever the size."""
    return problems_of(load(revision))


def problems_of(loaded: Loaded) -> list[Problem]:
    """As `validate_routing`, for a revision that is loaded already."""
    found = [
        *graphs.problems(loaded),
        *operations.problems(loaded),
        *steps.problems(loaded),
        *materials.problems(loaded),
    ]
    return sorted(found, key=lambda p: (p.operation is not None, p.operation or 0, p.severity != ERROR, p.step or 0))
