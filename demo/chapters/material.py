"""A3, first half: receive into quarantine, print and read back labels, check, release."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import ROUND_UP, Decimal
from typing import Any

from bom import services as bom
from bom.models import ApprovedSource, Item, Supplier
from changecontrol.selectors import effective_process_card
from demo.narrator import Narrator
from demo.parts_list import RESIN
from demo.people import INSTALLER, at_desk, badge_in
from foundation.accounts.models import Site
from foundation.core import clock
from resources.inventory import services as inventory
from resources.inventory.models import Place, StockUnit
from routing.models import ProcessCard

PLACES = (
    ("WH-QUARANTINE", {"en": "Quarantine", "zh-hans": "待验区"}, "stock"),
    ("WH-RELEASED", {"en": "Warehouse", "zh-hans": "合格品库"}, "stock"),
    ("FLOOR", {"en": "Shop floor", "zh-hans": "车间"}, "production"),
    ("SCRAP", {"en": "Scrap", "zh-hans": "报废"}, "scrap"),
    ("RETAINED", {"en": "Retained samples", "zh-hans": "留样"}, "retained"),
)
RELEASED = "WH-RELEASED"  # where judged stock is put away
MADE = ("VENTURI", "ADAPTER-PLATE", "BLOWER")
OLD, HELD = "OLD-2025-10", "HELD-2026-10"
SETS = Decimal(20)  # how many sets are received: enough for the story, and for a reader who does the job again


def load_places(site: Site) -> None:
    """The plant's places; suppliers and customers get theirs as they appear."""
    for code, name, kind in PLACES:
        if not Place.objects.filter(code=code).exists():
            inventory.create_place(
                actor=INSTALLER, code=code, name=name, kind=kind, site=site, released_only=code == RELEASED
            )


def receive_material(story: Narrator) -> dict[str, list[StockUnit]]:
    """Every bought part of the effective cards, for several sets; returns the containers by item number."""
    story.chapter("A3 Material: received into quarantine, labelled, checked, released")
    received: dict[str, list[StockUnit]] = {}
    for item, quantity in _needs(effective_cards()).items():
        received[item.number] = _receive(item, quantity, f"{item.number}-2026-11", containers=1)
    story.did(
        "Jonas Weber", f"receives {len(received)} supplier lots into quarantine; each container gets its own label"
    )
    quality = at_desk("quality")
    story.refused(
        "Jonas Weber",
        "releases what he received",
        lambda: inventory.release_stock(actor=at_desk("warehouse"), stock_unit_id=_first(received).pk),
        code="permission-denied",
    )
    for units in received.values():
        _accept(quality, units[0], note="")
    story.did("Sofia Rossi", "checks the deliveries and releases them")
    return received


def effective_cards() -> list[ProcessCard]:
    """The process cards that the plant works by."""
    items = Item.objects.filter(number__in=MADE).order_by("pk")
    return [effective_process_card(item.pk).card for item in items]


def receive_expired_and_held(story: Narrator) -> tuple[StockUnit, StockUnit]:
    """Two containers that must not be used: one whose date has passed, one that quality holds."""
    item = Item.objects.get(number=RESIN)
    expired = _receive(item, Decimal(500), OLD, containers=1, made=400)[0]
    held = _receive(item, Decimal(500), HELD, containers=1)[0]
    _accept(at_desk("quality"), held, note="")
    story.did(
        "Jonas Weber", f"receives an old lot ({expired.container}) and another one ({held.container}) of {item.number}"
    )
    return expired, held


def _needs(cards: Iterable[ProcessCard]) -> dict[Item, Decimal]:
    """What the cards consume that is not made by their own operations or under an order of its own."""
    needs: dict[int, Decimal] = {}
    for card in cards:
        for line in card.content["bom"]["lines"]:
            if line["made_here"] or line["optional"] or not line["operation"]:
                continue
            needs[line["item_id"]] = needs.get(line["item_id"], Decimal(0)) + Decimal(line["quantity"]) * SETS
    made = {card.item_id for card in cards}
    items = Item.objects.filter(pk__in=[key for key in needs if key not in made]).order_by("number")
    return {item: needs[item.pk].quantize(Decimal(1), ROUND_UP) for item in items}


def _receive(item: Item, quantity: Decimal, supplier_lot: str, *, containers: int, made: int = 20) -> list[StockUnit]:
    """The delivery of this supplier's lot, each container with its label read back; once, however often it is told."""
    units = received_of(item, supplier_lot)
    if units and all(unit.label_readings.exists() for unit in units):
        return units
    warehouse, today = badge_in("warehouse", "WH-1"), clock.today()
    units = units or inventory.receive_lot(
        actor=warehouse,
        item_id=item.pk,
        quantity=quantity,
        unit=item.unit,
        supplier_id=_supplier(item).pk,
        supplier_lot=supplier_lot,
        place=Place.objects.get(code="WH-QUARANTINE"),
        made_on=today - timedelta(days=made),
        containers=containers,
        expired_reason="Sent back to us by mistake" if supplier_lot == OLD else "",
    )
    for unit in units:
        if not unit.label_readings.exists():
            inventory.confirm_label(actor=warehouse, code=f"]d291{unit.container}", stock_unit_id=unit.pk)
    return units


def received_of(item: Item, supplier_lot: str) -> list[StockUnit]:
    """The containers in which this lot of the supplier came, oldest first."""
    return list(
        StockUnit.objects.filter(lot__item=item, lot__supplier_lot=supplier_lot, lot__receipt__isnull=False).order_by(
            "pk"
        )
    )


def _accept(quality: Any, unit: StockUnit, note: str) -> None:
    if StockUnit.objects.get(pk=unit.pk).status != "quarantine":
        return
    checks = [
        {"check": "Identity against the order", "value": "ok", "passed": True},
        {"check": "Certificate of conformity", "value": "present", "passed": True},
    ]
    inventory.inspect_receipt(
        actor=quality,
        stock_unit_id=unit.pk,
        result="accepted",
        checks=checks,
        note=note,
        whole_lot=True,
        place=Place.objects.get(code=RELEASED),
    )


def _supplier(item: Item) -> Supplier:
    """The approved source of the parts list; where it names none (resin, printed parts), the engineer approves one."""
    source = ApprovedSource.objects.filter(item=item, approved=True).select_related("supplier").order_by("pk").first()
    if source is None:
        engineer = at_desk("engineer")
        maker = Supplier.objects.filter(code="HZ-PRINT").first() or bom.create_supplier(
            actor=engineer, code="HZ-PRINT", name="Hangzhou Print Service (demo)"
        )
        source = bom.approve_source(actor=engineer, item_id=item.pk, supplier_id=maker.pk, part_number=item.number)
    supplier: Supplier = source.supplier
    return supplier


def _first(received: dict[str, list[StockUnit]]) -> StockUnit:
    return next(iter(received.values()))[0]
