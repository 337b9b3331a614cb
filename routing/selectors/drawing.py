"""The precedence graph as a plain SVG: for print, for readers without scripts, and for other programs."""

from __future__ import annotations

from collections import defaultdict
from html import escape

from foundation.core.texts import localized
from routing.precedence import find_cycle
from routing.selectors.loading import Loaded

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 190, 56, 60, 26, 24
LINE, INK, QUIET, LOOP = "#5b6b7a", "#16212b", "#5b6b7a", "#9a5b00"
Point = tuple[int, int]


def draw(loaded: Loaded) -> str:
    """The graph from left to right, in layers by the longest way from the start; declared loops are dashed."""
    places = _places(loaded)
    right = max((x for x, _y in places.values()), default=0) + WIDTH + MARGIN
    bottom = max((y for _x, y in places.values()), default=0) + HEIGHT + MARGIN + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right} {bottom}" width="{right}" height="{bottom}" '
        f'font-family="system-ui, sans-serif" font-size="12" role="img">',
        f"<title>{escape(loaded.revision.number)}</title>",
        f'<defs><marker id="to" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0 10 5 0 10z" fill="{LINE}"/></marker></defs>',
    ]
    parts += [_edge(places[before], places[after]) for before, after in loaded.edges]
    for operation in loaded.operations:
        if operation.loop_back_to_id in places:
            back = places[operation.loop_back_to_id or 0]
            parts.append(_loop(places[operation.pk], back, operation.loop_maximum or 0))
    for operation in loaded.operations:
        parts.append(
            _node(places[operation.pk], str(operation.number), localized(operation.name), operation.work_center)
        )
    return "".join([*parts, "</svg>"])


def _places(loaded: Loaded) -> dict[int, Point]:
    layers: dict[int, list[int]] = defaultdict(list)
    for operation, layer in _layers(loaded).items():
        layers[layer].append(operation)
    tallest = max((len(rows) for rows in layers.values()), default=0)
    places = {}
    for layer, rows in layers.items():
        offset = (tallest - len(rows)) * (HEIGHT + GAP_Y) // 2
        for place, operation in enumerate(rows):
            places[operation] = (MARGIN + layer * (WIDTH + GAP_X), MARGIN + offset + place * (HEIGHT + GAP_Y))
    return places


def _layers(loaded: Loaded) -> dict[int, int]:
    """The longest way from a start, by operation; a draft with a cycle is drawn in the order of its list."""
    nodes = [operation.pk for operation in loaded.operations]
    if find_cycle(nodes, loaded.edges):
        return {node: place for place, node in enumerate(nodes)}
    waiting = {node: sum(edge[1] == node for edge in loaded.edges) for node in nodes}
    layer = dict.fromkeys(nodes, 0)
    ready = [node for node in nodes if not waiting[node]]
    while ready:
        node = ready.pop(0)
        for before, after in loaded.edges:
            if before == node:
                layer[after] = max(layer[after], layer[node] + 1)
                waiting[after] -= 1
                if not waiting[after]:
                    ready.append(after)
    return {node: layer[node] for node in nodes}


def _edge(start: Point, end: Point) -> str:
    x1, y1 = start[0] + WIDTH, start[1] + HEIGHT // 2
    x2, y2 = end[0], end[1] + HEIGHT // 2
    bend = max(24, abs(x2 - x1) // 2)
    return (
        f'<path d="M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}" fill="none" stroke="{LINE}" '
        f'stroke-width="1.6" marker-end="url(#to)"/>'
    )


def _loop(start: Point, end: Point, maximum: int) -> str:
    x1, x2 = start[0] + WIDTH * 3 // 4, end[0] + WIDTH // 4
    y1, y2 = start[1] + HEIGHT, end[1] + HEIGHT
    low = max(y1, y2) + 26
    return (
        f'<path d="M{x1} {y1}C{x1} {low} {x2} {low} {x2} {y2}" fill="none" stroke="{LOOP}" stroke-width="1.4" '
        f'stroke-dasharray="5 4"/><text x="{(x1 + x2) // 2}" y="{low + 4}" fill="{LOOP}" text-anchor="middle">'
        f"≤ {maximum}×</text>"
    )


def _node(place: Point, number: str, name: str, work_center: str) -> str:
    x, y = place
    shown = name if len(name) <= 26 else f"{name[:25]}…"
    return (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#fff" stroke="{INK}" stroke-width="1.2"/>'
        f'<text x="{x + 12}" y="{y + 22}" fill="{INK}" font-weight="600">{escape(number)}'
        f'<tspan fill="{QUIET}" font-weight="400">  {escape(work_center)}</tspan></text>'
        f'<text x="{x + 12}" y="{y + 42}" fill="{INK}">{escape(shown)}</text>'
    )
