"""Write a plan: items, sources and costs in bulk, then one draft revision for each table."""

from __future__ import annotations

from decimal import Decimal

from bom.models import ApprovedSource, BomRevision, Item, StandardCost, Supplier
from bom.selectors import compare_contents
from bom.services.items import validate_item
from bom.services.parts_list import fields as f
from bom.services.parts_list.items import ItemPlan, is_uncertain
from bom.services.parts_list.plan import Plan, condition_of, note_of, planned_content, quantity_each, standing_content
from bom.services.parts_list.tables import Table
from bom.services.parts_list.texts import item_number
from bom.services.revisions import LineData, ToolData, start_revision, write_content
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.units import Note, same_dimension
from foundation.records.models import bulk_create_tracked, bulk_update_tracked


def write_items(plan: Plan) -> tuple[dict[str, Item], int]:
    """Items by number, and how many are new. An item that exists stays as it is."""
    known = {item.number: item for item in Item.objects.filter(number__in=list(plan.items))}
    new = [planned.build() for number, planned in plan.items.items() if number not in known]
    for item in new:
        validate_item(item)
    bulk_create_tracked(Item, new)
    return known | {item.number: item for item in new}, len(new)


def write_sources(plan: Plan, items: dict[str, Item]) -> int:
    """Suppliers, and which part number each item has with them."""
    wanted = {
        (line.item, line.text("manufacturer"), line.text("part_number"))
        for line in plan.lines
        if line.counts and line.source == f.BOUGHT and line.text("manufacturer")
    }
    codes = {name: item_number(name)[:40] for _item, name, _part in wanted}
    suppliers = {row.code: row for row in Supplier.objects.filter(code__in=codes.values())}
    names = {code: name for name, code in sorted(codes.items()) if code not in suppliers}
    for row in bulk_create_tracked(Supplier, [Supplier(code=code, name=name) for code, name in names.items()]):
        suppliers[row.code] = row
    known = set(
        ApprovedSource.objects.filter(item__number__in=list(items)).values_list("item_id", "supplier_id", "part_number")
    )
    sources = [
        ApprovedSource(item=items[number], supplier=suppliers[codes[name]], part_number=part)
        for number, name, part in sorted(wanted)
        if (items[number].pk, suppliers[codes[name]].pk, part) not in known
    ]
    bulk_create_tracked(ApprovedSource, sources)
    return len(sources)


def write_costs(plan: Plan, items: dict[str, Item], origin: str) -> int:
    """The published prices as standard costs from today, with what is approximate or uncertain about them."""
    today = clock.today()
    standing = {
        cost.item_id: cost for cost in StandardCost.objects.filter(item__in=items.values()).order_by("valid_from")
    }
    new, changed = [], []
    for number, planned in plan.items.items():
        cost = _cost(planned, items[number], plan.currency, origin)
        if cost is None:
            continue
        before = standing.get(cost.item_id)
        if before is None or before.valid_from != today:
            if before is None or not _same(before, cost):
                cost.valid_from = today
                new.append(cost)
        elif not _same(before, cost):
            cost.pk, cost.valid_from, cost._state.adding = before.pk, today, False
            changed.append(cost)
    bulk_create_tracked(StandardCost, new)
    bulk_update_tracked(
        StandardCost, changed, ["amount", "currency", "per_unit", "per_quantity", "approximate", "uncertain", "note"]
    )
    return len(new) + len(changed)


def _cost(planned: ItemPlan, item: Item, currency: str, origin: str) -> StandardCost | None:
    chosen = planned.price
    if chosen is None:
        return None
    line, price = chosen
    per_unit = price.per_unit or item.unit
    if not same_dimension(per_unit, item.unit):
        return None
    return StandardCost(
        item=item,
        amount=price.amount or Decimal(),
        currency=price.currency or currency,
        per_quantity=Decimal(1),
        per_unit=per_unit,
        approximate=price.says(Note.APPROXIMATE),
        uncertain=is_uncertain(price),
        note={"en": f"{origin}: “{line.text('price')}”"},
    )


def _same(first: StandardCost, second: StandardCost) -> bool:
    names = ("amount", "currency", "per_quantity", "per_unit", "approximate", "uncertain")
    return all(getattr(first, name) == getattr(second, name) for name in names)


def write_revision(actor: Actor, plan: Plan, table: Table, items: dict[str, Item], origin: str) -> BomRevision | None:
    """A draft for the table; None when the approved revision already says the same."""
    standing = standing_content(table.item)
    if standing is not None and compare_contents(standing, planned_content(table, plan)).same:
        return None
    draft = start_revision(actor=actor, item_id=items[table.item].pk, copy=False, origin=origin)
    lines = [
        LineData(
            position=line.position,
            component_id=items[line.item].pk,
            quantity=quantity_each(line, table),
            optional=line.role == f.OPTIONAL,
            approximate=line.approximate,
            is_cut_stock=line.role == f.CUT_STOCK,
            cut_from=line.cut_from,
            alternate_of=line.alternate_of,
            alternate_condition=condition_of(line),
            used_with=line.used_with,
            note=note_of(line, plan),
        )
        for line in table.lines
        if line.counts and line.role != f.TOOL
    ]
    tools = [
        ToolData(
            position=line.position,
            item_id=items[line.item].pk,
            quantity=line.amount or Decimal(1),
            optional=line.says.optional,
            note=note_of(line, plan),
        )
        for line in table.lines
        if line.role == f.TOOL
    ]
    return write_content(actor=actor, revision_id=draft.pk, lines=lines, tools=tools)
