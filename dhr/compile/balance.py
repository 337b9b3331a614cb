"""Material balance (物料平衡): what inventory booked, what the genealogy says, what the floor entered, what the card demands.

issued = used + scrapped + in work + retained + returned + taken out to scrap + over-issue, per item and lot (TRC-12). Only what
is used leaves its container, so a remnant stays in stock under its own lot and is no part of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bom.models import Item
from dhr.compile.scope import RecordScope
from dhr.compile.units import piece_states
from foundation.core.canonical import decimal_text
from foundation.core.units import convert
from resources.inventory.models import Lot
from resources.inventory.states import MovementKind
from shopfloor.models import StepRecord, WorkCard
from shopfloor.states import CardState, StepOutcome

TOLERANCE = Decimal("0.1")  # more than a tenth over stops for the line leader (domain, rule 1)
ZERO = Decimal(0)
# Final state of a piece → where the material in it is.
FATES = {
    "good": "used", "scrapped": "scrapped", "destroyed": "scrapped", "retained": "retained",
    "open": "in_work", "held": "in_work", "rework": "in_work",
}  # fmt: skip


@dataclass
class LotFigures:
    """Of one lot: three tables that different services write, each on its own."""

    lot: Lot
    booked: Decimal = ZERO  # movements: consumed less what came out again
    linked: Decimal = ZERO  # genealogy, net
    entered: Decimal = ZERO  # the floor's scans, net

    @property
    def difference(self) -> Decimal:
        """Of the three the one that is farthest from the genealogy."""
        return max((self.booked - self.linked, self.entered - self.linked), key=abs)


@dataclass
class ItemFigures:
    """Of one item, in its unit."""

    item: Item
    unit: str
    issued: Decimal = ZERO
    returned: Decimal = ZERO
    taken_out: Decimal = ZERO
    over: Decimal = ZERO
    over_accepted_by: set[str] = field(default_factory=set)
    planned: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(FATES.values(), ZERO))
    allowance: Decimal = ZERO  # what scrap factors and the floor's limit allow beyond what is planned
    lots: dict[int, LotFigures] = field(default_factory=dict)

    @property
    def demanded(self) -> Decimal:
        return sum(self.planned.values(), ZERO)

    @property
    def difference(self) -> Decimal:
        """What nothing explains."""
        return self.issued - self.returned - self.taken_out - self.demanded - self.over

    @property
    def balanced(self) -> bool:
        agreed = all(not figures.difference for figures in self.lots.values())
        within = abs(self.difference) <= self.allowance
        return agreed and within and (self.over <= self.allowance or bool(self.over_accepted_by))

    def as_json(self) -> dict[str, Any]:
        return {
            "item_number": self.item.number,
            "item_name": self.item.name,
            "unit": self.unit,
            "planned": decimal_text(self.demanded),
            "issued": decimal_text(self.issued),
            **{name: decimal_text(self.planned[name]) for name in ("used", "scrapped", "in_work", "retained")},
            "returned": decimal_text(self.returned),
            "taken_out": decimal_text(self.taken_out),
            "over_issued": decimal_text(self.over),
            "allowance": decimal_text(self.allowance),
            "difference": decimal_text(self.difference),
            "balanced": self.balanced,
            "note": _("accepted by %(name)s") % {"name": ", ".join(sorted(self.over_accepted_by))}
            if self.over_accepted_by
            else "",
            "lots": [
                {
                    "lot": one.lot.display_number,
                    "booked": decimal_text(one.booked),
                    "linked": decimal_text(one.linked),
                    "entered": decimal_text(one.entered),
                    "difference": decimal_text(one.difference),
                }
                for one in sorted(self.lots.values(), key=lambda one: one.lot.pk)
            ],
        }


def material_figures(scope: RecordScope) -> list[ItemFigures]:
    """Every item that went in, in the order of their numbers."""
    rows: dict[int, ItemFigures] = {}
    _book(scope, rows)
    _link(scope, rows)
    _enter(scope, rows)
    _plan(scope, rows)
    return sorted(rows.values(), key=lambda row: row.item.number)


def material_balance(scope: RecordScope) -> list[dict[str, Any]]:
    return [row.as_json() for row in material_figures(scope)]


def _lot(rows: dict[int, ItemFigures], lot: Lot) -> LotFigures:
    row = rows.setdefault(lot.item_id, ItemFigures(lot.item, lot.unit))
    return row.lots.setdefault(lot.pk, LotFigures(lot))


def _book(scope: RecordScope, rows: dict[int, ItemFigures]) -> None:
    """Inventory's movements for these cards. What came out again to scrap is booked twice: out, then to scrap."""
    for move in scope.material_movements:
        lot = _lot(rows, move.stock_unit.lot)
        row = rows[move.stock_unit.lot.item_id]
        if move.kind == MovementKind.CONSUME:
            row.issued += move.quantity
            lot.booked += move.quantity
        elif move.kind == MovementKind.RETURN:
            row.returned += move.quantity
            lot.booked -= move.quantity
        else:
            row.returned -= move.quantity
            row.taken_out += move.quantity


def _link(scope: RecordScope, rows: dict[int, ItemFigures]) -> None:
    for link in scope.links:
        lot = _lot(rows, link.consumed_lot)
        lot.linked += link.quantity if link.kind == "consume" else -link.quantity


def _enter(scope: RecordScope, rows: dict[int, ItemFigures]) -> None:
    """The floor's scans; serials that were completed together by one signed list have the links as their only entries."""
    links = {link.pk: link for link in scope.links}
    together = {event.card_id for event in scope.card_events if event.event == "complete_together"}
    removed = _removed(scope)
    for step in scope.steps:
        if step.kind != "material_scan" or step.quantity is None or step.stock_unit is None:
            continue
        link = links.get(step.genealogy_link_id or 0)
        consumed = link.consumed_lot if link else step.stock_unit.lot
        quantity = convert(step.quantity, step.unit, consumed.unit)
        _lot(rows, consumed).entered += -quantity if step.outcome == StepOutcome.REMOVED else quantity
        _over(rows[consumed.item_id], step, removed[step.pk])
    for link in scope.links:
        if link.card_id in together:
            _lot(rows, link.consumed_lot).entered += link.quantity if link.kind == "consume" else -link.quantity


def _removed(scope: RecordScope) -> Counter[int]:
    found: Counter[int] = Counter()
    for step in scope.steps:
        if step.outcome == StepOutcome.REMOVED and step.corrects_id:
            found[step.corrects_id] += step.quantity or 0  # type: ignore[assignment]
    return found


def _over(row: ItemFigures, step: StepRecord, removed: Any) -> None:
    """More than the card needs, as the entry kept it; what was taken out again of it is over no more."""
    kept = step.evidence.get("over_issue")
    if not kept:
        return
    over = max(ZERO, Decimal(kept["quantity"]) - Decimal(removed))
    row.over += convert(over, kept["unit"], row.unit)
    if over and kept["accepted_by"]:
        row.over_accepted_by.add(kept["accepted_by"])


def _plan(scope: RecordScope, rows: dict[int, ItemFigures]) -> None:
    """What the pinned card says is in the pieces, spread over the items that were used for its line."""
    states = piece_states(scope)
    for card in scope.cards:
        for line in scope.plan["bom"]["lines"]:
            if line["operation"] == card.operation and not line.get("made_here"):
                demanded = _demanded(scope, card, line, states)
                _spread(scope, rows, card, line, demanded)


def _demanded(scope: RecordScope, card: WorkCard, line: dict[str, Any], states: dict[int, str]) -> dict[str, Decimal]:
    """By fate, in the line's unit. What one piece took is known of those that the card made good; of one that fell out there,
    and of a card that still runs, only what was entered."""
    step = _step_of(scope, card.operation, line["position"])
    entered = _entered(scope, card, line["position"])
    if step is None or (line["optional"] and not entered):
        return {}
    each = Decimal(line["quantity"])
    ledger = scope.ledgers[card.pk]
    found: Counter[str] = Counter()
    if card.state != CardState.COMPLETED:
        for piece, quantity in _scanned(scope, card, line["position"]).items():
            found[FATES[states.get(piece or 0, "open")]] += quantity  # type: ignore[assignment]
        return dict(found)  # type: ignore[arg-type]
    if line["basis"] != "per_unit":
        found["used" if "good" in states.values() else "scrapped"] += each  # type: ignore[assignment]
        return dict(found)  # type: ignore[arg-type]
    whole = step["when"]["rule"] in ("card_start", "card_end")
    reported = set(ledger.place) if whole else ledger.reported
    for piece in reported:
        found[FATES[states.get(piece, "open")]] += each  # type: ignore[assignment]
    for piece, quantity in _scanned(scope, card, line["position"]).items():
        if piece is not None and piece not in reported:
            found[FATES[states.get(piece, "open")]] += quantity  # type: ignore[assignment]
    return dict(found)  # type: ignore[arg-type]


def _step_of(scope: RecordScope, operation: int, position: str) -> dict[str, Any] | None:
    steps: list[dict[str, Any]] = scope.operations[operation]["steps"]
    return next((step for step in steps if position in (step.get("materials") or [])), None)


def _scanned(scope: RecordScope, card: WorkCard, position: str) -> dict[int | None, Decimal]:
    """Net of what was taken out again, by piece, in the line's unit."""
    found: dict[int | None, Decimal] = {}
    for step in scope.steps:
        if step.card_id == card.pk and step.position == position and step.quantity is not None:
            sign = -1 if step.outcome == StepOutcome.REMOVED else 1
            found[step.unit_no] = found.get(step.unit_no, ZERO) + sign * step.quantity
    return found


def _entered(scope: RecordScope, card: WorkCard, position: str) -> bool:
    links = (link for link in scope.links if link.card_id == card.pk and link.position == position)
    return any(_scanned(scope, card, position).values()) or any(links)


def _spread(
    scope: RecordScope,
    rows: dict[int, ItemFigures],
    card: WorkCard,
    line: dict[str, Any],
    demanded: dict[str, Decimal],
) -> None:
    """The line's own item answers for what its alternates did not cover."""
    left = dict(demanded)
    for item_id, used in _used(scope, card, line, rows):
        row = rows[item_id]
        share = used
        for fate, quantity in list(left.items()):
            there = convert(quantity, line["unit"], row.unit)
            part = min(there, share)
            row.planned[fate] += part
            share -= part
            left[fate] = convert(there - part, row.unit, line["unit"])
        allowed = max(TOLERANCE, Decimal(str(line.get("scrap_factor") or 0)))
        row.allowance += used * allowed
    rest = {fate: quantity for fate, quantity in left.items() if quantity}
    main = rows.get(int(line["item_id"])) or next((rows[item] for item, _n in _used(scope, card, line, rows)), None)
    for fate, quantity in rest.items():
        if main is not None:
            main.planned[fate] += convert(quantity, line["unit"], main.unit)


def _used(
    scope: RecordScope, card: WorkCard, line: dict[str, Any], rows: dict[int, ItemFigures]
) -> Iterator[tuple[int, Decimal]]:
    """Items that went in at this position of this card, net, in their unit; the line's own last."""
    net: Counter[int] = Counter()
    for link in scope.links:
        position = link.removes.position if link.removes else link.position
        owner = link.removes.card_id if link.removes else link.card_id
        if (owner, position) == (card.pk, line["position"]):
            sign = 1 if link.kind == "consume" else -1
            net[link.consumed_lot.item_id] += sign * link.quantity  # type: ignore[assignment]
    for item_id in sorted(net, key=lambda one: one == int(line["item_id"])):
        if net[item_id] > 0 and item_id in rows:
            yield item_id, Decimal(net[item_id])
