"""Trace: from any lot to all that was made of it, and back to the suppliers' lots."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.accounts.policies import require
from foundation.accounts.web import actor_of
from foundation.core.canonical import decimal_text
from foundation.core.web.tables import note_handed_out
from resources.inventory.forms import TraceForm
from resources.inventory.models import Lot
from resources.inventory.policies import VIEW
from resources.inventory.selectors.finding import lots_named
from resources.inventory.selectors.reading import trace_for
from resources.inventory.selectors.trace import DOWN, UP, Trace, TraceLink, TraceNode

PAGE = 500  # lines of one page; the file has all
GRAPH_MOST = 120  # lots that a picture can show
INDENT_MOST = 24


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the tree: a lot, the link that led to it, how deep; ``again`` when it stands further up with its own."""

    node: TraceNode
    link: TraceLink | None
    depth: int
    again: bool

    @property
    def indent(self) -> range:
        """Deep chains are indented only so far; the depth is said in words too."""
        return range(min(self.depth - 1, INDENT_MOST))


def tree(found: Trace, direction: str) -> list[Line]:
    """The trace as an indented list: each lot is opened once, every link has a line. Not recursive: chains may be long."""
    onward: dict[int, list[TraceLink]] = defaultdict(list)
    for one in found.links:
        onward[one.consumed_lot_id if direction == DOWN else one.produced_lot_id].append(one)
    lines: list[Line] = []
    opened: set[int] = set()
    stack: list[tuple[int, TraceLink | None, int]] = [(root, None, 0) for root in reversed(found.roots)]
    while stack:
        lot_id, link, depth = stack.pop()
        again = lot_id in opened
        lines.append(Line(found.nodes[lot_id], link, depth, again))
        if not again:
            opened.add(lot_id)
            for following in reversed(onward[lot_id]):
                end = following.produced_lot_id if direction == DOWN else following.consumed_lot_id
                stack.append((end, following, depth + 1))
    return lines


def _asked(request: HttpRequest) -> tuple[TraceForm, list[Lot], str, bool]:
    form = TraceForm(request.GET or None)
    values = form.cleaned_data if form.is_bound and form.is_valid() else {}
    lots = lots_named(values.get("q", ""), Lot.objects.visible_to(actor_of(request)))
    return form, lots, values.get("direction") or "both", values.get("net") != "full"


@login_required
@require_safe
def trace_page(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The trace of what was scanned or typed, as a tree with quantities and places; ``export=csv`` gives every line."""
    actor = actor_of(request)
    require(actor, VIEW)
    form, lots, direction, net = _asked(request)
    query = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"form": form, "query": query, "lots": lots, "direction": direction, "net": net}
    if not lots:
        return render(request, "inventory/trace.html", context, status=200)
    parts: list[dict[str, Any]] = []
    nodes: set[int] = set()
    hidden: set[int] = set()
    for way, title in ((UP, _("What it is made of")), (DOWN, _("Where it went"))):
        if direction in (way, "both"):
            found = trace_for(actor, [lot.pk for lot in lots], way, net)
            nodes |= set(found.nodes)
            hidden |= {node.lot_id for node in found.nodes.values() if node.hidden}
            parts.append(
                {"way": way, "title": title, "lines": tree(found, way), "alone": len(found.nodes) == len(lots)}
            )
    if request.GET.get("export") == "csv":
        note_handed_out(request, "trace as csv", chosen=request.GET.urlencode())
        return _csv(parts, query)
    page = int(request.GET.get("page", "1")) if request.GET.get("page", "1").isdigit() else 1
    for part in parts:
        part["count"] = len(part["lines"])
        part["from"] = (page - 1) * PAGE
        part["lines"] = part["lines"][(page - 1) * PAGE : page * PAGE]
    pages = max((-(-part["count"] // PAGE) for part in parts), default=1)
    graph = f"{reverse('inventory:trace-graph')}?{request.GET.urlencode()}" if len(nodes) <= GRAPH_MOST else ""
    context |= {
        "parts": parts,
        "page": page,
        "pages": pages,
        "page_size": PAGE,
        "graph_url": graph,
        "count": len(nodes),
        "hidden": len(hidden),
    }
    return render(request, "inventory/trace.html", context)


class _Echo:
    def write(self, value: str) -> str:
        return value


def _csv(parts: list[dict[str, Any]], query: str) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())
    answer = StreamingHttpResponse(
        ("\ufeff" + line if number == 0 else line for number, line in enumerate(map(writer.writerow, _rows(parts)))),
        content_type="text/csv; charset=utf-8",
    )
    safe = "".join(letter for letter in query if letter.isalnum() or letter in "-_")[:60]
    answer["Content-Disposition"] = f'attachment; filename="trace-{safe}.csv"'
    return answer


HEADS = (
    "direction", "depth", "lot", "item", "supplier", "supplier_lot", "expires_on", "linked_by", "put_in", "taken_out",
    "net", "unit", "places", "repeated",
)  # fmt: skip


def _rows(parts: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """Neutral values, in the order of the tree; text that a spreadsheet would run gets an apostrophe."""
    yield HEADS
    for part in parts:
        for line in part["lines"]:
            node, link = line.node, line.link
            places = "; ".join(
                f"{place.code} ({place.status}) {decimal_text(place.quantity)} {node.unit}" for place in node.places
            )
            amounts = (
                [decimal_text(value) for value in (link.put_in, link.taken_out, link.net)] if link else ["", "", ""]
            )
            row = (
                part["way"], line.depth, node.number, node.item_number, node.supplier, node.supplier_lot,
                node.expires_on.isoformat() if node.expires_on else "", " ".join(link.kinds) if link else "", *amounts,
                link.unit if link else "", places, "yes" if line.again else "",
            )  # fmt: skip
            yield tuple(
                f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value for value in row
            )


@login_required
@require_safe
def trace_graph(request: HttpRequest) -> JsonResponse:
    """Lots and links for the picture: only of a trace that a picture can show."""
    actor = actor_of(request)
    require(actor, VIEW)
    _form, lots, direction, net = _asked(request)
    found = trace_for(actor, [lot.pk for lot in lots], direction, net)
    if len(found.nodes) > GRAPH_MOST:
        return JsonResponse({"nodes": [], "edges": []})
    nodes = [
        {
            "id": str(node.lot_id),
            "number": node.number,
            "label": node.item_number,
            "url": "" if node.hidden else reverse("inventory:lot", args=[node.lot_id]),
        }
        for node in found.nodes.values()
    ]
    edges = [
        {"source": str(link.consumed_lot_id), "target": str(link.produced_lot_id), "kind": "precedes"}
        for link in found.links
    ]
    return JsonResponse({"nodes": nodes, "edges": edges})
