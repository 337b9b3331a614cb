"""Which open holds touch a card."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q

from resources.inventory.models import GenealogyLink, Hold, StockUnit
from resources.inventory.selectors import holds_of_units, open_holds_on
from resources.inventory.states import HoldKind, LinkKind
from shopfloor.models import WorkCard


@dataclass(frozen=True, slots=True)
class Touching:
    """Open holds on what the card makes, and on what was built into it (net)."""

    of_product: list[Hold] = field(default_factory=list)
    of_components: list[Hold] = field(default_factory=list)


def stock_unit_of(card: WorkCard) -> StockUnit | None:
    """The stock unit that the card works on: the serial's, what was split off for a rework, else the batch's."""
    if card.nonconformance_id and card.nonconformance and card.nonconformance.stock_unit_id:
        split_off: StockUnit | None = card.nonconformance.stock_unit
        return split_off
    found: StockUnit | None = card.unit.stock_unit if card.unit_id and card.unit else card.batch.stock_unit
    return found


def holds_touching(card: WorkCard) -> Touching:
    """One query when nothing is held. Remembered on the card object, which lives for one act or one page."""
    known: Touching | None = getattr(card, "_holds_touching", None)
    if known is None:
        known = _find(card)
        card._holds_touching = known  # type: ignore[attr-defined]
    return known


def _find(card: WorkCard) -> Touching:
    unit = stock_unit_of(card)
    built_in = GenealogyLink.objects.filter(produced_lot_id=card.lot_id, kind=LinkKind.CONSUME)
    lots = [card.lot_id, card.batch.lot_id]
    near = (
        Q(with_descendants=True)
        | Q(kind__in=[HoldKind.ORDER, HoldKind.EQUIPMENT])
        | Q(item_id=card.order.item_id)
        | Q(lot__in=lots)
        | Q(lot__in=built_in.values("consumed_lot"))
        | Q(stock_unit__in=built_in.values("stock_unit"))
    )
    if unit is not None:
        near |= Q(stock_unit=unit)
    if not Hold.objects.open().filter(near).exists():
        return Touching()
    own = open_holds_on(unit) if unit is not None else []
    return Touching(own, _of_components(card, {hold.pk for hold in own}))


def _of_components(card: WorkCard, own: set[int]) -> list[Hold]:
    """Holds on containers and lots that are still in: what was taken out again does not stop anybody."""
    links = GenealogyLink.objects.filter(produced_lot_id=card.lot_id, stock_unit__isnull=False)
    still_in: dict[int, int | float] = {}
    for stock_unit_id, kind, quantity in links.values_list("stock_unit_id", "kind", "quantity"):
        sign = -1 if kind == LinkKind.REMOVE else 1
        still_in[stock_unit_id] = still_in.get(stock_unit_id, 0) + sign * quantity
    units = list(
        StockUnit.objects.select_related("lot").filter(pk__in=[pk for pk, quantity in still_in.items() if quantity > 0])
    )
    found = {hold.pk: hold for holds in holds_of_units(units).values() for hold in holds if hold.pk not in own}
    return [found[pk] for pk in sorted(found)]
