"""Which open holds touch a card."""

from __future__ import annotations

from dataclasses import dataclass, field

from resources.inventory.models import GenealogyLink, Hold, StockUnit
from resources.inventory.selectors import holds_of_units, open_holds_on
from resources.inventory.states import HoldKind, LinkKind
from shopfloor.models import WorkCard


@dataclass(frozen=True, slots=True)
class Touching:
    """Open holds on what the card makes, and on what was built into it (net)."""

    of_product: list[Hold] = field(default_factory=list)
    of_components: list[Hold] = field(default_factory=list)


def stock_unit_id_of(card: WorkCard) -> int | None:
    """The stock unit that the card works on: the serial's, what was split off for a rework, else the batch's."""
    if card.nonconformance_id and card.nonconformance and card.nonconformance.stock_unit_id:
        return int(card.nonconformance.stock_unit_id)
    found = card.unit.stock_unit_id if card.unit_id and card.unit else card.batch.stock_unit_id
    return None if found is None else int(found)


def stock_unit_of(card: WorkCard) -> StockUnit | None:
    """The same, with its lot."""
    pk = stock_unit_id_of(card)
    found: StockUnit | None = StockUnit.objects.select_related("lot").filter(pk=pk).first() if pk else None
    return found


def holds_touching(card: WorkCard) -> Touching:
    """One query when nothing is held, two when something else is.

    Remembered on the card object, which lives for one act or one page.
    """
    known: Touching | None = getattr(card, "_holds_touching", None)
    if known is None:
        known = _find(card)
        card._holds_touching = known  # type: ignore[attr-defined]
    return known


def _find(card: WorkCard) -> Touching:
    """Open holds are few and read plainly; what they are on is looked at here, since every step of the floor asks this."""
    open_holds = list(Hold.objects.open().values_list("kind", "with_descendants", "lot_id", "stock_unit_id", "item_id"))
    if not open_holds:
        return Touching()
    far = any(wide or kind in (HoldKind.ORDER, HoldKind.EQUIPMENT) for kind, wide, *_rest in open_holds)
    lots = {lot_id for _kind, _wide, lot_id, *_rest in open_holds if lot_id}
    units = {unit_id for *_rest, unit_id, _item in open_holds if unit_id}
    items = {item_id for *_rest, item_id in open_holds if item_id}
    own = (
        card.lot_id in lots
        or card.batch.lot_id in lots
        or stock_unit_id_of(card) in units
        or card.order.item_id in items
    )
    if not (far or own or _built_in(card, lots, units)):
        return Touching()
    unit = stock_unit_of(card)
    product = open_holds_on(unit) if unit is not None else []
    return Touching(product, _of_components(card, {hold.pk for hold in product}))


def _built_in(card: WorkCard, lots: set[int], units: set[int]) -> bool:
    """Did one of these lots or containers go into what the card makes?"""
    links = GenealogyLink.objects.filter(produced_lot_id=card.lot_id, kind=LinkKind.CONSUME)
    found = links.values_list("consumed_lot_id", "stock_unit_id")
    return bool(lots or units) and any(lot in lots or unit in units for lot, unit in found)


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
