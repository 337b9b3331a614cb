"""Which rows are the same item, what it is, and where rows disagree about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from bom.models import Item, ItemKind, MakeOrBuy, Tracking
from bom.services.parts_list import fields as f
from bom.services.parts_list.lines import Line, price_said
from bom.services.parts_list.tables import Table
from bom.services.parts_list.texts import item_number, part_name, same_words
from foundation.core.errors import NotValid
from foundation.core.units import Note, PriceReading, convert, quantity_text, same_dimension, unit
from foundation.imports.schema import ERROR, SUGGESTION, WARNING

NO_MAKER = gettext_noop("No manufacturer is given: bought, without an approved source.")
ONE_ITEM = gettext_noop(
    "%(item)s is described in other words in row %(row)s (“%(other)s”): one item, by the first words."
)
OTHER_TEXT = gettext_noop(
    "%(item)s is something else in row %(row)s (“%(other)s”): give one of them another item number, or accept that they are one."
)
TWO_UNITS = gettext_noop("%(item)s is counted in %(other)s in row %(row)s, here in %(unit)s. %(suggestion)s")
TWO_PRICES = gettext_noop("%(item)s has other prices in other rows; most say %(suggestion)s.")
PRICE_UNIT = gettext_noop("A price per %(per)s for a quantity in %(unit)s.")
OTHER_UNIT = gettext_noop("%(item)s exists, and is counted in %(own)s, not in %(unit)s.")
STOCK_PRICE = gettext_noop(
    "The stock would cost %(stock)s, the pieces cut from it %(pieces)s: one of the prices is wrong. Kept: %(suggestion)s."
)
IS_MADE = gettext_noop("%(item)s exists, and is made in house.")
TOLERANCE = Decimal("0.25")  # of stock against pieces


@dataclass(slots=True)
class ItemPlan:
    """One item of the import. ``lines`` are the rows that use it; ``table`` is its own parts table, if it has one."""

    number: str
    lines: list[Line] = field(default_factory=list)
    table: Table | None = None
    unit: str = "pcs"

    @property
    def first(self) -> Line | None:
        return self.lines[0] if self.lines else None

    def decided(self, name: str) -> str:
        """The first decision on any of its rows; its table's decision comes before."""
        own = self.table.decided(name) if self.table else ""
        return own or next((line.decided(name) for line in self.lines if line.decided(name)), "")

    @property
    def name(self) -> dict[str, str]:
        english = self.decided("item_name") or (self.table.name if self.table else "") or self._said()
        chinese = self.decided("item_name_zh")
        return {"en": english, **({"zh-hans": chinese} if chinese else {})}

    def _said(self) -> str:
        line = self.first
        if line is None:
            return ""
        if line.source == f.BOUGHT and line.text("notes"):
            return part_name(line.text("notes"))
        return line.text("part_number")

    @property
    def kind(self) -> str:
        decided = self.decided("item_kind")
        if decided:
            return decided
        if self.table is not None:
            return ItemKind.ASSEMBLY if self.lines else ItemKind.FINISHED_DEVICE
        roles = {line.role for line in self.lines}
        if roles == {f.TOOL}:
            return ItemKind.TOOL
        if f.CUT_PIECE in roles:
            return ItemKind.INTERMEDIATE
        return ItemKind.RAW if self.unit != "pcs" else ItemKind.COMPONENT

    @property
    def tracking(self) -> str:
        decided = self.decided("tracking")
        if decided:
            return decided
        if self.kind == ItemKind.TOOL:
            return Tracking.NONE
        return Tracking.SERIAL if self.kind == ItemKind.FINISHED_DEVICE else Tracking.LOT

    @property
    def made(self) -> bool:
        return self.table is not None or any(line.source != f.BOUGHT for line in self.lines)

    @property
    def price(self) -> tuple[Line, PriceReading] | None:
        """The price that most rows say, from the first of them."""
        priced = [(line, line.price) for line in self.lines if line.price and line.price.amount is not None]
        if not priced:
            return None
        said = Counter((price.amount, price.per_unit) for _line, price in priced)
        most = max(said.values())
        return next((line, price) for line, price in priced if said[price.amount, price.per_unit] == most)

    def build(self) -> Item:
        """The unsaved item."""
        return Item(
            number=self.number,
            name=self.name,
            kind=self.kind,
            unit=self.unit,
            tracking=self.tracking,
            make_or_buy=MakeOrBuy.MAKE if self.made else MakeOrBuy.BUY,
            without_list=self.made and self.table is None,
        )


def number_of(line: Line, tables: Mapping[str, Table]) -> str:
    """The item's number: decided, the table's, the supplier's part number, or made from the name."""
    if line.child:
        return tables[line.child].item
    if line.decided("item_number"):
        return line.decided("item_number")
    text = line.text("part_number")
    return text[:80] if line.source == f.BOUGHT else item_number(text)


def gather_items(lines: Iterable[Line], tables: Mapping[str, Table]) -> dict[str, ItemPlan]:
    """Items by number: those of the tables first, then those of the lines in the order of the file."""
    plans = {table.item: ItemPlan(table.item, table=table) for table in tables.values()}
    for line in lines:
        if not line.counts:
            continue
        line.item = number_of(line, tables)
        plan = plans.setdefault(line.item, ItemPlan(line.item))
        if not plan.lines:
            plan.unit = line.unit
        plan.lines.append(line)
    return plans


def check_items(plans: Mapping[str, ItemPlan]) -> None:
    """Where rows disagree with each other, or with the items that the plant has."""
    existing = {item.number: item for item in Item.objects.filter(number__in=list(plans))}
    for plan in plans.values():
        for line in plan.lines:
            _check_line(line)
        _compare_texts(plan)
        _compare_units(plan, existing.get(plan.number))
        _compare_prices(plan)


def _check_line(line: Line) -> None:
    if line.source == f.BOUGHT and not line.text("manufacturer") and not line.decided("source"):
        choices = (("source", f.BOUGHT), ("source", f.NO_LIST))
        line.add("no-maker", "manufacturer", SUGGESTION, NO_MAKER, suggestion=f.BOUGHT, choices=choices)
    price = line.price
    if price and price.per_unit and not same_dimension(price.per_unit, line.unit):
        line.add("price-unit", "price", ERROR, PRICE_UNIT, per=price.per_unit, unit=line.unit)


def _compare_texts(plan: ItemPlan) -> None:
    """Same part number, different texts. Other words for the same are suggested to be one item; else a person says."""
    if plan.table is not None or plan.decided("item_name"):
        return
    seen: dict[str, Line] = {}
    for line in plan.lines:
        text = line.text("notes")
        if not text or text in seen:
            continue
        for other_text, other in seen.items():
            params: dict[str, Any] = {
                "item": plan.number,
                "row": other.row.row_number or other.row.key,
                "other": other_text,
            }
            if same_words(text, other_text):
                if part_name(text) != part_name(other_text):
                    line.add("other-words", "notes", SUGGESTION, ONE_ITEM, suggestion=part_name(other_text), **params)
                break
            line.add(
                "other-text", "notes", WARNING, OTHER_TEXT, choices=(("item_number", f"{plan.number}-2"),), **params
            )
            break
        seen.setdefault(text, line)


def _compare_units(plan: ItemPlan, item: Item | None) -> None:
    first = plan.first
    for line in plan.lines[1:]:
        if first is not None and line.unit != plan.unit:
            line.add(
                "two-units",
                "quantity",
                ERROR,
                TWO_UNITS,
                suggestion=_converted(line, plan.unit),
                item=plan.number,
                other=plan.unit,
                unit=line.unit,
                row=first.row.row_number or first.row.key,
            )
    if item is None or first is None:
        return
    if item.unit != plan.unit:
        first.add("other-unit", "quantity", ERROR, OTHER_UNIT, item=item.number, own=item.unit, unit=plan.unit)
    if item.make_or_buy == MakeOrBuy.MAKE and not plan.made:
        first.add("is-made", "part_number", ERROR, IS_MADE, choices=(("source", f.NO_LIST),), item=item.number)


def _converted(line: Line, wanted: str) -> str:
    """The quantity in the unit of the other rows, for a person to type: a text, never applied by itself."""
    if line.amount is None or not same_dimension(line.unit, wanted):
        return ""
    try:
        return quantity_text(convert(line.amount, line.unit, wanted), unit(wanted).code)
    except NotValid:
        return ""


def _compare_prices(plan: ItemPlan) -> None:
    chosen = plan.price
    if chosen is None or plan.table is not None:
        return
    _line, price = chosen
    for line in plan.lines:
        other = line.price
        if other and other.amount is not None and (other.amount, other.per_unit) != (price.amount, price.per_unit):
            line.add("two-prices", "price", WARNING, TWO_PRICES, suggestion=price_said(price), item=plan.number)


def check_stock_prices(tables: Iterable[Table], plans: Mapping[str, ItemPlan]) -> None:
    """Stock and what is cut from it cost about the same, or one of the prices is a slip."""
    for table in tables:
        for line in table.lines:
            if line.role != f.CUT_STOCK:
                continue
            pieces = [other for other in table.lines if other.cut_from == line.position]
            stock, cut = cost_of([line], plans), cost_of(pieces, plans)
            if stock is None or not cut or abs(stock - cut) <= TOLERANCE * max(stock, cut):
                continue
            params: dict[str, Any] = {"stock": f"{stock:.2f}", "pieces": f"{cut:.2f}"}
            line.add("stock-price", "price", WARNING, STOCK_PRICE, suggestion=line.text("price"), **params)


def cost_of(lines: Sequence[Line], plans: Mapping[str, ItemPlan]) -> Decimal | None:
    """What the lines' quantities cost by the prices kept; None when one is not known."""
    total = Decimal()
    for line in lines:
        kept = plans[line.item].price if line.item in plans else None
        if kept is None or kept[1].amount is None or line.amount is None:
            return None
        price = kept[1]
        if price.per_unit and not same_dimension(price.per_unit, line.unit):
            return None
        amount = convert(line.amount, line.unit, price.per_unit) if price.per_unit else line.amount
        total += amount * (price.amount or Decimal())
    return total


def is_uncertain(price: PriceReading) -> bool:
    return price.says(Note.UNCERTAIN) or price.says(Note.BRACKETED)
