"""The item master: items, suppliers, approved sources, standard cost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bom.events import StandardCostSet
from bom.models import ApprovedSource, BomLine, Item, Market, StandardCost, Supplier
from foundation.accounts.policies import require
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import Conflict, NotValid
from foundation.core.units import same_dimension, unit
from foundation.records.act import act
from foundation.records.models import RevisionState

EDIT = "bom.edit_bom"
# Once an approved parts list uses the item, these mean something to someone: a new number is needed instead.
SETTLED = ("unit", "tracking", "kind")
CHANGEABLE = (
    "name", "kind", "unit", "tracking", "make_or_buy", "without_list", "shelf_life_days", "critical", "sterile", "implant",
    "life_sustaining", "device_class", "model", "registration_number", "technical_requirements", "udi_di",
    "device_lifetime_years", "markets", "last_placed_on",
)  # fmt: skip


def create_item(*, actor: Actor, number: str, name: Mapping[str, str], **fields: Any) -> Item:
    """A new item; ``fields`` are those of the model (kind, unit code, tracking, make_or_buy, …).

    NotValid: no number or name, a number that exists, an unknown unit or field value.
    """
    with act(actor=actor, verb="bom.item.created") as this:
        require(actor, EDIT)
        _refuse_unknown(fields)
        item = Item(number=number.strip(), name=_texts(name), **fields)
        validate_item(item)
        try:
            with transaction.atomic():
                item.save()
        except IntegrityError as error:
            raise NotValid(
                _("There is an item %(number)s already.") % {"number": item.number}, code="number-taken", field="number"
            ) from error
        this.about(item)
    return item


def change_item(*, actor: Actor, item_id: int, reason: str = "", expected: str = "", **fields: Any) -> Item:
    """Change an item's master data; never its number.

    ``expected``: the etag that was read (Conflict when somebody else changed it since). NotValid: unknown fields or values,
    and a unit, tracking or kind that an approved parts list relies on.
    """
    with act(actor=actor, verb="bom.item.changed", reason=reason) as this:
        item: Item = Item.objects.select_for_update().get(pk=item_id)
        this.about(item)
        require(actor, EDIT)
        if expected and expected != item_etag(item):
            raise Conflict(_("Somebody else changed this item."), code="edited-meanwhile")
        _refuse_unknown(fields)
        settled = [name for name in SETTLED if name in fields and fields[name] != getattr(item, name)]
        if settled and _is_settled(item):
            raise NotValid(
                _("An approved parts list uses this item: its unit, tracking and kind stay as they are."),
                code="item-in-use",
                field=settled[0],
            )
        for name, value in fields.items():
            setattr(item, name, _texts(value) if name == "name" else value)
        validate_item(item)
        item.save()
    return item


def item_etag(item: Item) -> str:
    """Changes with every change of the item."""
    newest = item.history.order_by("-history_id").values_list("history_id", flat=True).first()
    return f"{item.pk}-{newest or 0}"


def create_supplier(*, actor: Actor, code: str, name: str) -> Supplier:
    """The supplier with this code; made when there is none."""
    with act(actor=actor, verb="bom.supplier.created") as this:
        require(actor, EDIT)
        found: Supplier | None = Supplier.objects.filter(code=code.strip()).first()
        if found is not None:
            this.about(found)
            return found
        if not code.strip() or not name.strip():
            raise NotValid(_("A supplier has a code and a name."), field="code")
        supplier = Supplier(code=code.strip(), name=name.strip())
        supplier.save()
        this.about(supplier)
    return supplier


def approve_source(
    *, actor: Actor, item_id: int, supplier_id: int, part_number: str, note: Mapping[str, str] | None = None
) -> ApprovedSource:
    """Let an item come from this supplier under this part number (again, when it was withdrawn)."""
    with act(actor=actor, verb="bom.source.approved") as this:
        require(actor, EDIT)
        keys = {"item_id": item_id, "supplier_id": supplier_id, "part_number": part_number.strip()}
        if not keys["part_number"]:
            raise NotValid(_("Give the supplier's part number."), field="part_number")
        source: ApprovedSource = ApprovedSource.objects.select_for_update().filter(**keys).first() or ApprovedSource(
            **keys
        )
        source.approved, source.note = True, dict(note or {})
        source.save()
        this.about(Item.objects.get(pk=item_id))
    return source


def withdraw_source(*, actor: Actor, source_id: int, reason: str) -> ApprovedSource:
    """Nothing more is to be bought or received from this source. What was received stays."""
    with act(actor=actor, verb="bom.source.withdrawn", reason=reason) as this:
        source: ApprovedSource = ApprovedSource.objects.select_for_update().get(pk=source_id)
        this.about(source.item)
        require(actor, EDIT)
        if not reason.strip():
            raise NotValid(_("Give a reason."), code="reason-required", field="reason")
        source.approved = False
        source.save()
    return source


def set_standard_cost(
    *,
    actor: Actor,
    item_id: int,
    amount: Decimal,
    currency: str,
    per_unit: str,
    per_quantity: Decimal = Decimal(1),
    valid_from: date | None = None,
    approximate: bool = False,
    uncertain: bool = False,
    note: Mapping[str, str] | None = None,
) -> StandardCost:
    """What an item costs from a day on (today); a second one for the same day replaces the first.

    ``amount`` is for ``per_quantity`` of ``per_unit``. NotValid: negative, or per a unit that is no measure of the item.
    """
    with act(actor=actor, verb="bom.cost.set") as this:
        item: Item = Item.objects.select_for_update().get(pk=item_id)
        this.about(item)
        require(actor, EDIT)
        _check_cost(item, amount, currency, per_unit, per_quantity)
        day = valid_from or clock.today()
        cost: StandardCost = StandardCost.objects.filter(item=item, valid_from=day).first() or StandardCost(
            item=item, valid_from=day
        )
        cost.amount, cost.currency, cost.per_quantity, cost.per_unit = amount, currency.upper(), per_quantity, per_unit
        cost.approximate, cost.uncertain, cost.note = approximate, uncertain, dict(note or {})
        cost.save()
        this.publish(StandardCostSet(item_id=item.pk))
    return cost


def _check_cost(item: Item, amount: Decimal, currency: str, per_unit: str, per_quantity: Decimal) -> None:
    if not amount.is_finite() or amount < 0 or per_quantity <= 0:
        raise NotValid(_("A cost is not negative, and is for more than nothing."), code="negative", field="amount")
    if len(currency) != 3 or not currency.isalpha():
        raise NotValid(_("Give the currency by its three letters."), field="currency")
    if not same_dimension(per_unit, item.unit):
        raise NotValid(
            _("%(item)s is counted in %(unit)s: it has no cost per %(per)s.")
            % {"item": item.number, "unit": item.unit, "per": per_unit},
            code="unit-mismatch",
            field="per_unit",
        )


def _is_settled(item: Item) -> bool:
    return bool(BomLine.objects.filter(component=item, revision__state=RevisionState.APPROVED).exists())


def _texts(name: Mapping[str, str]) -> dict[str, str]:
    return {language: text.strip() for language, text in name.items() if text and text.strip()}


def _refuse_unknown(fields: Mapping[str, Any]) -> None:
    unknown = sorted(set(fields) - set(CHANGEABLE))
    if unknown:
        raise NotValid(_("An item has no %(field)s to change.") % {"field": unknown[0]}, field=unknown[0])


def _check_markets(item: Item) -> None:
    """Known markets, each once, in one order: the same markets are the same value in the history."""
    unknown = [code for code in item.markets if code not in Market.values]
    if unknown:
        raise NotValid(_("There is no market “%(code)s”.") % {"code": unknown[0]}, field="markets")
    item.markets = [code for code in Market.values if code in item.markets]


def validate_item(item: Item) -> None:
    """Shape, choices and unit, as a refusal that names the field."""
    if not item.name:
        raise NotValid(_("Give the item a name."), field="name")
    unit(item.unit)
    _check_markets(item)
    try:
        item.clean_fields()
        item.validate_constraints(exclude={"number"})
    except ValidationError as error:
        field = next(iter(error.message_dict)).replace("__all__", "")
        raise NotValid("; ".join(error.messages), field=field) from error
