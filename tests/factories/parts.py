"""Items and parts lists, made by the services of bom."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bom.models import BomRevision, Item
from bom.services import (
    LineData,
    ToolData,
    approve_baseline,
    create_item,
    propose_baseline,
    set_standard_cost,
    start_revision,
    write_content,
)
from foundation.accounts.models import User
from foundation.core.actor import Actor
from tests.factories.people import SETUP, both, person


def part(number: str, *, actor: Actor = SETUP, cost: str = "", **fields: Any) -> Item:
    """An item; with ``cost`` its standard cost for one of its unit in USD."""
    found = create_item(actor=actor, number=number, name={"en": number.title()}, **fields)
    if cost:
        set_standard_cost(actor=actor, item_id=found.pk, amount=Decimal(cost), currency="USD", per_unit=found.unit)
    return found


def made(number: str, **fields: Any) -> Item:
    return part(number, make_or_buy="make", **{"kind": "assembly", **fields})


def line(position: str, item: Item, quantity: str = "1", **fields: Any) -> LineData:
    return LineData(position=position, component_id=item.pk, quantity=Decimal(quantity), **fields)


def draft(
    item: Item, *lines: LineData, tools: Sequence[ToolData] = (), actor: Actor = SETUP, copy: bool = False
) -> BomRevision:
    """A draft with these lines."""
    started = start_revision(actor=actor, item_id=item.pk, copy=copy)
    return write_content(actor=actor, revision_id=started.pk, lines=lines, tools=tools)


def approvers() -> tuple[User, User]:
    """Someone of engineering and someone of quality who wrote nothing."""
    return (
        User.objects.filter(username="approver-e").first() or person("approver-e", "process_engineer"),
        User.objects.filter(username="approver-q").first() or person("approver-q", "quality_engineer"),
    )


def approved(*revisions: BomRevision) -> list[BomRevision]:
    """The revisions, approved as a baseline."""
    engineering, quality = approvers()
    baseline = propose_baseline(actor=SETUP, revision_ids=[row.pk for row in revisions], title="First load")
    for side, signer in (("engineering", engineering), ("quality", quality)):
        approve_baseline(actor=SETUP, baseline_id=baseline.pk, side=side, credentials=both(signer))
    return list(BomRevision.objects.filter(pk__in=[row.pk for row in revisions]).order_by("pk"))
