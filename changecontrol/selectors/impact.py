"""What a change touches, computed: never typed, so never forgotten. Judging it is for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from bom.models import BomRevision, Item
from bom.selectors import compare, where_used
from changecontrol.models import AffectedThing, ChangeRequest
from changecontrol.selectors.comparison import changed_operations, effective_revision_of
from changecontrol.selectors.content import affected_of
from changecontrol.selectors.orders import open_orders
from changecontrol.states import ImpactKind, Judgement
from foundation.core.canonical import decimal_text
from foundation.core.refs import RecordRef
from foundation.core.texts import localized
from resources.equipment.models import EquipmentClass
from resources.inventory.selectors import stock_of
from resources.personnel.models import Qualification
from routing.models import Operation, RoutingRevision

NO_RECORD = RecordRef("", 0)
Words = dict[str, str]  # {language: text}

# Prefilled where nothing is found, so that the checklist is whole and each line is judged by a person (CHG-02).
NOTHING: dict[str, Any] = {
    ImpactKind.PRODUCT: _("No other product contains what is changed."),
    ImpactKind.PROCESS: _("No operation and no consumed part differs from the effective revision."),
    ImpactKind.WIP: _("No order of these items is open."),
    ImpactKind.STOCK: _("There is no stock of these items."),
    ImpactKind.SHIPPED: _("No shipment of these items is recorded."),
    ImpactKind.DOCUMENT: _("No controlled document is linked to these items."),
    ImpactKind.TRAINING: _("No operation asks for a qualification."),
    ImpactKind.VALIDATION: _("No operation is a special process."),
    ImpactKind.EQUIPMENT: _("No operation asks for a class of equipment."),
    ImpactKind.INSPECTION: _("No inspection plan is linked to these items."),
    ImpactKind.QUALITY: _("No open nonconformance or CAPA is linked to these items."),
    ImpactKind.RISK: _("No entry of the risk file is linked to these items."),
    ImpactKind.LABEL: _("Labels and UDI stay as they are."),
    ImpactKind.REGISTRATION: _("No registration is triggered."),
    ImpactKind.SUPPLIER: _("No supplier has to be told."),
}


@dataclass(frozen=True, slots=True)
class Computed:
    """One line: what kind, about which record, in words of every language, and what an assessor will mostly answer."""

    kind: str
    text: dict[str, str]
    subject: RecordRef = NO_RECORD
    suggested: str = Judgement.AFFECTED

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is found again by when the impact is computed again."""
        return (str(self.kind), self.subject.label, self.subject.number)


def in_every_language(template: Any, **words: Any) -> dict[str, str]:
    """The sentence in each language of the product: people sign what they read. Names ``{language: text}`` go along."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            shown = {
                name: localized(value, code) if isinstance(value, dict) else value for name, value in words.items()
            }
            found[code] = str(template) % shown if shown else str(template)
    return found


def computed_impact(change: ChangeRequest) -> list[Computed]:
    """The whole checklist: what was found, and one prefilled line for each kind where nothing was."""
    affected = affected_of(change)
    items = {row.revision.item_id: row.revision.item for row in affected}
    found = [
        *_products(items),
        *_process(affected),
        *_orders(items),
        *_stock(items),
        *_operations_ask(affected),
    ]
    present = {entry.kind for entry in found}
    return found + [
        Computed(kind, in_every_language(text), suggested=Judgement.NOT_AFFECTED)
        for kind, text in NOTHING.items()
        if kind not in present
    ]


def _products(items: dict[int, Item]) -> Iterator[Computed]:
    """Parent assemblies at any level."""
    seen = set(items)
    for item in items.values():
        for row in where_used(item):
            if row.item_id in seen:
                continue
            seen.add(row.item_id)
            text = in_every_language(
                _("%(parent)s %(name)s contains %(item)s, %(level)s level(s) up."),
                parent=row.item_number,
                name=row.name,
                item=item.number,
                level=row.level,
            )
            yield Computed(ImpactKind.PRODUCT, text, RecordRef("bom.item", row.item_id, row.item_number))


def _process(affected: list[AffectedThing]) -> Iterator[Computed]:
    for row in affected:
        revision = row.revision
        before = effective_revision_of(revision)
        if before is None:
            text = in_every_language(_("%(number)s is the first revision."), number=revision.number)
            yield Computed(ImpactKind.PROCESS, text, RecordRef.to(revision))
        elif isinstance(revision, RoutingRevision) and isinstance(before, RoutingRevision):
            yield from _changed_operations(before, revision)
        elif isinstance(revision, BomRevision) and isinstance(before, BomRevision):
            yield from _changed_lines(before, revision)


def _changed_operations(before: RoutingRevision, revision: RoutingRevision) -> Iterator[Computed]:
    """A routing change drags in the BOM lines that its changed operations consume (CHG-05)."""
    for operation in changed_operations(before, revision):
        consumes = _("%(routing)s: operation %(operation)s differs; it consumes %(positions)s.")
        nothing = _("%(routing)s: operation %(operation)s differs; it consumes nothing.")
        text = in_every_language(
            consumes if operation.positions else nothing,
            routing=revision.number,
            operation=operation.number,
            positions=", ".join(operation.positions),
        )
        subject = RecordRef("routing.routingrevision", revision.pk, f"{revision.number} {operation.number}")
        yield Computed(ImpactKind.PROCESS, text, subject)


def _changed_lines(before: BomRevision, revision: BomRevision) -> Iterator[Computed]:
    """A BOM change opens an assessment of every line that differs (CHG-06)."""
    for line in compare(before, revision).changes:
        text = in_every_language(
            _("%(revision)s: line %(position)s differs (%(fields)s)."),
            revision=revision.number,
            position=line.position,
            fields=", ".join(sorted(line.fields)) or line.kind,
        )
        subject = RecordRef("bom.bomrevision", revision.pk, f"{revision.number} {line.position}")
        yield Computed(ImpactKind.PROCESS, text, subject)


def _orders(items: dict[int, Item]) -> Iterator[Computed]:
    for order in open_orders(list(items)):
        text = in_every_language(
            _("Order %(order)s of %(quantity)s × %(item)s runs on %(card)s."),
            order=order.number,
            quantity=decimal_text(order.quantity),
            item=items[order.item_id].number,
            card=order.card_number or "–",
        )
        yield Computed(ImpactKind.WIP, text, order.ref)


def _stock(items: dict[int, Item]) -> Iterator[Computed]:
    for item in items.values():
        units = list(stock_of(item.pk))
        if units:
            total = sum((unit.quantity for unit in units), Decimal(0))
            text = in_every_language(
                _("%(quantity)s %(unit)s of %(item)s in %(count)s container(s)."),
                quantity=decimal_text(total),
                unit=item.unit,
                item=item.number,
                count=len(units),
            )
            yield Computed(ImpactKind.STOCK, text, RecordRef("bom.item", item.pk, item.number))


def _operations_ask(affected: list[AffectedThing]) -> Iterator[Computed]:
    """Who must be trained, what must be validated and set up: read off the operations, not typed (CHG-05)."""
    for row in affected:
        if row.routing_revision is None:
            continue
        operations = list(Operation.objects.filter(revision=row.routing_revision).order_by("number"))
        asked = (
            (
                ImpactKind.TRAINING,
                _("%(number)s: people qualified for %(what)s must read the new card."),
                _qualifications(operations),
            ),
            (ImpactKind.VALIDATION, _("%(number)s: special process at operation %(what)s."), _special(operations)),
            (ImpactKind.EQUIPMENT, _("%(number)s: equipment of class %(what)s is used."), _classes(operations)),
        )
        for kind, template, what in asked:
            if what:
                text = in_every_language(template, number=row.revision.number, what=what)
                yield Computed(kind, text, RecordRef.to(row.revision))


def _qualifications(operations: list[Operation]) -> Words:
    return _named(Qualification, {code for operation in operations for code in operation.qualifications})


def _classes(operations: list[Operation]) -> Words:
    return _named(EquipmentClass, {operation.equipment_class for operation in operations if operation.equipment_class})


def _special(operations: list[Operation]) -> str:
    return ", ".join(str(operation.number) for operation in operations if operation.special_process)


def _named(kind: type[Qualification | EquipmentClass], codes: set[str]) -> Words:
    """The names behind the codes as one enumeration in each language; a code that names nothing stays. Empty without codes."""
    names: dict[str, Words] = dict(kind.objects.filter(code__in=codes).values_list("code", "name"))
    if not codes:
        return {}
    return {
        language: ", ".join(localized(names.get(code), language) or code for code in sorted(codes))
        for language, _name in settings.LANGUAGES
    }
