"""One start, one reachable end, no cycle but declared loops, a list that does not contradict the graph."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from routing.checks.problems import WARNING, Problem
from routing.precedence import ends, find_cycle, order_problems, reached_from, starts
from routing.selectors.loading import Loaded


def problems(loaded: Loaded) -> Iterator[Problem]:
    """Problems of the graph."""
    nodes = [operation.pk for operation in loaded.operations]
    if not nodes:
        yield Problem(None, "no-operations", _("There is no operation yet."))
        return
    cycle = find_cycle(nodes, loaded.edges)
    if cycle:
        path = " → ".join(str(loaded.number(node)) for node in cycle)
        yield Problem(
            loaded.number(cycle[0]), "cycle", _("These links go round in a circle: %(path)s.") % {"path": path}
        )
    yield from _one_of(loaded, starts(nodes, loaded.edges), "start")
    yield from _one_of(loaded, ends(nodes, loaded.edges), "end")
    for before, after in order_problems(loaded.numbers, loaded.edges):
        text = _("Operation %(after)s is listed before operation %(before)s, which it waits for.")
        values = {"after": loaded.number(after), "before": loaded.number(before)}
        yield Problem(loaded.number(after), "list-against-graph", text % values, WARNING)
    yield from _loops(loaded)


def _one_of(loaded: Loaded, found: list[int], which: str) -> Iterator[Problem]:
    if len(found) == 1:
        return
    if not found:
        yield Problem(
            None, f"no-{which}", _("No operation is the start.") if which == "start" else _("No operation is the end.")
        )
        return
    numbers = [loaded.number(node) for node in found]
    listed = ", ".join(map(str, numbers))
    for number in numbers:
        if which == "start":
            text = _("Several operations start the work (%(all)s): link what must come before %(number)s.")
        else:
            text = _("Several operations end the work (%(all)s): link what must come after %(number)s.")
        yield Problem(number, f"several-{which}s", text % {"all": listed, "number": number})


def _loops(loaded: Loaded) -> Iterator[Problem]:
    for operation in loaded.operations:
        back = operation.loop_back_to_id
        if back is None:
            continue
        if back != operation.pk and operation.pk not in reached_from(back, loaded.edges):
            text = _("The loop from %(number)s leads to %(back)s, which does not come before it.")
            values = {"number": operation.number, "back": loaded.number(back)}
            yield Problem(operation.number, "loop-not-back", text % values)
        if not operation.loop_maximum:
            yield Problem(operation.number, "loop-without-maximum", _("Say how often the loop may be run."))
