"""Rolled-up cost, with everything that makes it uncertain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bom.models import BomRevision, StandardCost
from bom.selectors.structure import ExplodedLine, ItemFacts, explode
from foundation.core import clock
from foundation.core.units import convert, same_dimension

APPROXIMATE_QUANTITY = "approximate-quantity"
APPROXIMATE_COST = "approximate-cost"
UNCERTAIN_COST = "uncertain-cost"
NO_COST = "no-cost"
OTHER_CURRENCY = "other-currency"
OTHER_UNIT = "other-unit"


@dataclass(frozen=True, slots=True)
class CostElement:
    """A leaf of the structure: what it adds, and why that is not certain. ``amount`` is None when it cannot be added."""

    path: tuple[str, ...]
    item: ItemFacts
    quantity: Decimal
    unit: str
    amount: Decimal | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssemblyCost:
    """An assembly below: what its list adds up to, for one piece, beside the cost that is stated for it."""

    path: tuple[str, ...]
    item: ItemFacts
    quantity: Decimal
    rolled_up: Decimal
    stated: Decimal | None


@dataclass(frozen=True, slots=True)
class Cost:
    """Material cost of one piece. ``amount`` adds up what is known; ``missing`` says what is not in it."""

    amount: Decimal
    currency: str
    elements: list[CostElement]
    assemblies: list[AssemblyCost]

    @property
    def uncertain(self) -> list[CostElement]:
        """Elements with any doubt, the missing ones included."""
        return [element for element in self.elements if element.reasons]

    @property
    def missing(self) -> list[CostElement]:
        return [element for element in self.elements if element.amount is None]


def costs_of(item_ids: Iterable[int], on: date | None = None) -> dict[int, StandardCost]:
    """The standard cost of each item on a day (today): the newest one that is valid by then."""
    rows = StandardCost.objects.filter(item_id__in=set(item_ids), valid_from__lte=on or clock.today())
    newest: dict[int, StandardCost] = {}
    for row in rows.order_by("item_id", "valid_from"):
        newest[row.item_id] = row
    return newest


def rolled_up_cost(revision: BomRevision | int, on: date | None = None) -> Cost:
    """Material cost of one piece: every leaf of the default build times its standard cost (no labour, no overhead).

    An item with a list of its own costs what its list adds up to, even where a cost is stated for it. The quantity of
    cut stock is what counts, its pieces add nothing. Never rounded. Elements in another currency are not added.
    """
    lines = explode(revision)
    costs = costs_of({line.item.id for line in lines}, on)
    currency = _currency(lines, costs)
    elements = [_element(line, costs.get(line.item.id), currency) for line in lines if line.child_revision_id is None]
    amount = sum((element.amount for element in elements if element.amount is not None), Decimal())
    return Cost(amount, currency, elements, _assemblies(lines, elements, costs))


def _currency(lines: Iterable[ExplodedLine], costs: Mapping[int, StandardCost]) -> str:
    """The currency of most leaves."""
    seen = [costs[line.item.id].currency for line in lines if line.item.id in costs]
    return max(sorted(set(seen)), key=seen.count) if seen else ""


def _element(line: ExplodedLine, cost: StandardCost | None, currency: str) -> CostElement:
    reasons = [APPROXIMATE_QUANTITY] if line.approximate else []
    amount: Decimal | None = None
    if cost is None:
        reasons.append(NO_COST)
    elif cost.currency != currency:
        reasons.append(OTHER_CURRENCY)
    elif not same_dimension(line.unit, cost.per_unit):
        reasons.append(OTHER_UNIT)
    else:
        amount = price(line.quantity, line.unit, cost)
        reasons += [APPROXIMATE_COST] if cost.approximate else []
        reasons += [UNCERTAIN_COST] if cost.uncertain else []
    return CostElement(line.path, line.item, line.quantity, line.unit, amount, tuple(reasons))


def price(quantity: Decimal, unit: str, cost: StandardCost) -> Decimal:
    """What this quantity costs."""
    amount = quantity if unit == cost.per_unit else convert(quantity, unit, cost.per_unit)
    total: Decimal = amount * cost.amount
    return total if cost.per_quantity == 1 else total / cost.per_quantity


def _assemblies(
    lines: Iterable[ExplodedLine], elements: Iterable[CostElement], costs: Mapping[int, StandardCost]
) -> list[AssemblyCost]:
    totals: dict[tuple[str, ...], Decimal] = {}
    for element in elements:
        for depth in range(1, len(element.path)):
            above = element.path[:depth]
            totals[above] = totals.get(above, Decimal()) + (element.amount or 0)
    return [
        AssemblyCost(line.path, line.item, line.quantity, totals.get(line.path, Decimal()) / line.quantity, stated)
        for line in lines
        if line.child_revision_id is not None
        for stated in [_stated(line, costs)]
    ]


def _stated(line: ExplodedLine, costs: Mapping[int, StandardCost]) -> Decimal | None:
    cost = costs.get(line.item.id)
    if cost is None or not same_dimension(line.item.unit, cost.per_unit):
        return None
    return price(Decimal(1), line.item.unit, cost)
