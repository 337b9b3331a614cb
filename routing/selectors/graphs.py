"""The precedence graph as people and the endpoint see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from foundation.core.canonical import content_hash
from routing.models import Operation, OperationLink, RoutingRevision
from routing.precedence import Edge


def graph(revision: RoutingRevision) -> dict[str, Any]:
    """``{"nodes": [{id, number, name}], "edges": [{source, target, kind, maximum}], "etag": hash}``. Two queries.

    ``kind`` is ``precedes``, or ``loop`` for a declared loop. The etag covers operations, numbers, links and loops.
    """
    operations = list(Operation.objects.filter(revision=revision).order_by("number"))
    numbers = {operation.pk: operation.number for operation in operations}
    links = OperationLink.objects.filter(revision=revision).values_list("predecessor_id", "successor_id")
    edges = [
        {"source": before, "target": after, "kind": "precedes", "maximum": None}
        for before, after in sorted(links, key=lambda edge: (numbers[edge[0]], numbers[edge[1]]))
    ]
    edges += [
        {"source": row.pk, "target": row.loop_back_to_id, "kind": "loop", "maximum": row.loop_maximum}
        for row in operations
        if row.loop_back_to_id
    ]
    nodes = [{"id": row.pk, "number": row.number, "name": row.name} for row in operations]
    version = {"nodes": [[row.pk, row.number] for row in operations], "edges": edges, "state": revision.state}
    return {"nodes": nodes, "edges": edges, "etag": content_hash(version)[:32]}


def graph_differences(present: dict[str, Any], wanted: Iterable[Edge]) -> dict[str, list[list[int]]]:
    """Links by operation numbers: which only the stored graph has, and which only the one that was sent."""
    numbers = {node["id"]: node["number"] for node in present["nodes"]}
    stored = {(edge["source"], edge["target"]) for edge in present["edges"] if edge["kind"] == "precedes"}
    sent = set(wanted)

    def listed(edges: set[Edge]) -> list[list[int]]:
        return sorted([numbers.get(before, before), numbers.get(after, after)] for before, after in edges)

    return {"only_stored": listed(stored - sent), "only_sent": listed(sent - stored)}
