"""Precedence of a draft: links one by one, and the whole graph at once with the etag it was read with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.records.act import act
from foundation.records.models import bulk_create_tracked, bulk_update_tracked
from routing.exceptions import Cycle, GraphChanged
from routing.models import Operation, OperationLink, RoutingRevision
from routing.precedence import Edge, find_cycle, reached_from
from routing.selectors.graphs import graph, graph_differences
from routing.services.editing import draft_for_edit

PRECEDES, LOOP = "precedes", "loop"


def edges_of(revision: RoutingRevision) -> set[Edge]:
    """(predecessor id, successor id) pairs."""
    rows = OperationLink.objects.filter(revision=revision).values_list("predecessor_id", "successor_id")
    return set(rows)


def add_link(*, actor: Actor, revision_id: int, predecessor_id: int, successor_id: int) -> None:
    """``successor`` waits for ``predecessor``. NotValid when it exists or names a stranger, Cycle when it closes one."""
    with act(actor=actor, verb="routing.link.added") as this:
        revision = draft_for_edit(this, actor, revision_id)
        edges = edges_of(revision)
        edge = (predecessor_id, successor_id)
        if edge in edges:
            raise NotValid(_("This link is there already."), code="link-exists")
        numbers = check_edges(revision, edges | {edge})
        write_edges(revision, edges | {edge})
        this.note(link=[numbers[predecessor_id], numbers[successor_id]])


def remove_link(*, actor: Actor, revision_id: int, predecessor_id: int, successor_id: int) -> None:
    """Nothing waits any more. NotValid when there is no such link."""
    with act(actor=actor, verb="routing.link.removed") as this:
        revision = draft_for_edit(this, actor, revision_id)
        edges = edges_of(revision)
        if (predecessor_id, successor_id) not in edges:
            raise NotValid(_("There is no such link."), code="no-such-link")
        write_edges(revision, edges - {(predecessor_id, successor_id)})
        this.note(link=[predecessor_id, successor_id])


def save_graph(*, actor: Actor, revision_id: int, edges: Sequence[Mapping[str, Any]], if_match: str) -> dict[str, Any]:
    """Replace all links and declared loops by those given, if the graph is still the one that was read.

    ``edges``: [{source, target, kind: "precedes"|"loop", maximum?}] with operation ids. Returns the graph as it is now.
    GraphChanged (412) with the present graph and the differences when ``if_match`` is not its etag; NotValid for
    unknown operations, Cycle for a cycle of links. A loop without ``maximum`` keeps the one it has.
    """
    with act(actor=actor, verb="routing.graph.saved") as this:
        revision = draft_for_edit(this, actor, revision_id)
        present = graph(revision)
        wanted = {(int(e["source"]), int(e["target"])) for e in edges if e.get("kind", PRECEDES) == PRECEDES}
        loops = {int(e["source"]): e for e in edges if e.get("kind") == LOOP}
        if if_match.strip('"') != present["etag"]:
            raise _changed(present, wanted)
        check_edges(revision, wanted)
        write_edges(revision, wanted)
        _write_loops(revision, wanted, loops)
        this.note(links=len(wanted), loops=len(loops))
        return graph(revision)


def _changed(present: dict[str, Any], wanted: set[Edge]) -> GraphChanged:
    differences = graph_differences(present, wanted)
    words = {name: ", ".join(f"{a} → {b}" for a, b in links) or "–" for name, links in differences.items()}
    return GraphChanged(
        _(
            "The graph was changed by someone else since you read it. Only theirs: %(only_stored)s. Only yours: %(only_sent)s."
        )
        % words,
        details={"graph": present, "differences": differences},
    )


def check_edges(revision: RoutingRevision, edges: Iterable[Edge]) -> dict[int, int]:
    """Numbers by operation id; NotValid for an unknown operation or a link to itself, Cycle for a cycle."""
    numbers = dict(Operation.objects.filter(revision=revision).values_list("id", "number"))
    every = sorted(edges)
    for before, after in every:
        if before not in numbers or after not in numbers:
            raise NotValid(_("A link names an operation that is not in this routing."), code="unknown-operation")
        if before == after:
            raise NotValid(
                _("Operation %(number)s cannot wait for itself; declare a loop instead.") % {"number": numbers[before]},
                code="link-to-itself",
            )
    path = [numbers[node] for node in find_cycle(sorted(numbers), every)]
    if path:
        raise Cycle(
            _("These links go round in a circle: %(path)s. Only a declared loop leads back.")
            % {"path": " → ".join(map(str, path))},
            details={"path": path},
        )
    return numbers


def write_edges(revision: RoutingRevision, wanted: set[Edge]) -> None:
    """Make the links exactly these; only what differs is written."""
    rows = list(OperationLink.objects.filter(revision=revision))
    present = {(row.predecessor_id, row.successor_id): row for row in rows}
    for edge, row in present.items():
        if edge not in wanted:
            row.delete()
    new = [
        OperationLink(revision=revision, predecessor_id=before, successor_id=after)
        for before, after in sorted(wanted - set(present))
    ]
    bulk_create_tracked(OperationLink, new)


def _write_loops(revision: RoutingRevision, edges: set[Edge], loops: Mapping[int, Mapping[str, Any]]) -> None:
    changed = []
    for operation in Operation.objects.filter(revision=revision).order_by("number"):
        wanted = loops.get(operation.pk)
        target = int(wanted["target"]) if wanted else None
        maximum = (wanted.get("maximum") or operation.loop_maximum) if wanted else None
        if (operation.loop_back_to_id, operation.loop_maximum) == (target, maximum):
            continue
        if wanted and (maximum is None or int(maximum) < 1):
            raise NotValid(_("Say how often the loop may be run."), code="loop-without-maximum", field="maximum")
        if target is not None and target != operation.pk and operation.pk not in reached_from(target, edges):
            raise NotValid(_("A loop leads back to an operation before it."), code="loop-not-back", field="target")
        operation.loop_back_to_id, operation.loop_maximum = target, maximum
        changed.append(operation)
    bulk_update_tracked(Operation, changed, ["loop_back_to_id", "loop_maximum"])
