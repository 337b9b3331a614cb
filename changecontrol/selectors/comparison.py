"""Each carried revision beside the one that is effective now, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bom.models import BomRevision
from bom.selectors import LineChange, compare
from changecontrol.models import AffectedThing, Effectivity
from foundation.core import clock
from routing.models import RoutingRevision
from routing.selectors import compare_routings, routing_content


@dataclass(frozen=True, slots=True)
class Line:
    """One difference, as components/compare.html shows it."""

    kind: str
    where: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A carried revision against what is effective (``before`` "" when it is the first)."""

    affected: AffectedThing
    before: str
    after: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class ChangedOperation:
    """An operation that is new or differs, and the BOM positions that it consumes."""

    number: int
    positions: list[str]


def effective_revision_of(revision: RoutingRevision | BomRevision) -> RoutingRevision | BomRevision | None:
    """What the revision replaces or replaced: the parts list approved before it; the routing of the card that is
    effective now, or, once its own card is effective, of the card that ended then."""
    if isinstance(revision, BomRevision):
        earlier = BomRevision.objects.filter(item=revision.item, sequence__lt=revision.sequence)
        found: BomRevision | None = earlier.exclude(approved_at=None).order_by("-sequence").first()
        return found
    rows = Effectivity.objects.by_date().filter(
        item_id=revision.item_id, variant=revision.variant, purpose=revision.purpose
    )
    own = rows.filter(card__routing_revision=revision).order_by("valid_from").first()
    before = rows.filter(valid_until=own.valid_from) if own is not None else rows.at(clock.now())
    row = before.select_related("card__routing_revision__item", "card__routing_revision__bom_revision").first()
    return row.card.routing_revision if row is not None else None


def compare_affected(affected: AffectedThing) -> Comparison:
    """Line by line against the effective revision; for a first revision nothing to compare."""
    revision = affected.revision
    before = effective_revision_of(revision)
    lines: list[Line] = []
    if isinstance(revision, RoutingRevision) and isinstance(before, RoutingRevision):
        lines = [
            Line(row.kind, row.where, row.before or "", row.after or "") for row in compare_routings(before, revision)
        ]
    elif isinstance(revision, BomRevision) and isinstance(before, BomRevision):
        lines = [_line(row) for row in compare(before, revision).changes]
    return Comparison(affected, before.number if before is not None else "", revision.number, lines)


def _line(change: LineChange) -> Line:
    kind = "changed" if change.kind == "moved" else change.kind
    if change.fields:
        before = "; ".join(f"{name}: {values[0]}" for name, values in sorted(change.fields.items()))
        after = "; ".join(f"{name}: {values[1]}" for name, values in sorted(change.fields.items()))
        return Line(kind, change.position, before, after)
    return Line(kind, change.position, _words(change.before), _words(change.after))


def _words(line: Mapping[str, Any] | None) -> str:
    if line is None:
        return ""
    return " ".join(str(line[name]) for name in ("item_number", "quantity", "unit") if line.get(name))


def changed_operations(before: RoutingRevision, after: RoutingRevision) -> list[ChangedOperation]:
    """Operations of the newer revision that are not in the older one exactly like this."""
    old = routing_content(before)["operations"]
    return [
        ChangedOperation(operation["number"], [use["position"] for use in operation["consumes"]])
        for operation in routing_content(after)["operations"]
        if operation not in old
    ]
