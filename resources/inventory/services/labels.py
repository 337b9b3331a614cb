"""Container labels: printed when something is received, read back when it is on the container."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.gs1 import what_is
from foundation.core.refs import RecordRef
from foundation.printing.models import PrintJob
from foundation.printing.services import LabelOf, print_labels
from foundation.records.act import act
from resources.inventory.exceptions import LabelMismatch
from resources.inventory.models import LabelReading, StockUnit
from resources.inventory.policies import RECEIVE

CONTAINER = "container_label"


def print_container_labels(
    *, actor: Actor, stock_units: Sequence[StockUnit], received_on: date | None = None, reason: str = ""
) -> list[PrintJob]:
    """Our own labels for containers of one lot (a second print needs a reason). See `printing.services.print_labels`."""
    lot = stock_units[0].lot
    shared = {
        "item_number": lot.item.number,
        "item_name": lot.item.name,
        "lot": lot.number,
        "unit": lot.unit,
        "expires_on": lot.expires_on,
        "received_on": received_on,
        "supplier": lot.supplier.name if lot.supplier else "",
        "supplier_lot": lot.supplier_lot,
    }
    labels = [
        LabelOf({**shared, "container": unit.container, "quantity": unit.quantity}, RecordRef.to(unit))
        for unit in stock_units
    ]
    return print_labels(actor=actor, template=CONTAINER, labels=labels, reason=reason)


def confirm_label(*, actor: Actor, code: str, stock_unit_id: int | None = None) -> StockUnit:
    """The label on a container was scanned: it reads, and it is the label of a container that exists.

    ``stock_unit_id``: the container that it was just put on; LabelMismatch when the label belongs to another one. A typed
    number proves nothing about a label, so only what a scanner sends, our (91) element, is taken (LabelMismatch).
    """
    with act(actor=actor, verb="inventory.label.read_back") as this:
        scanned = what_is(code)
        this.note(code=code[:200])
        if scanned.kind == "text" and StockUnit.objects.filter(container__iexact=scanned.value).exists():
            raise LabelMismatch(
                _("Scan the code: a typed number does not prove what the code on the label says."),
                code="label-typed",
                field="code",
            )
        if scanned.kind != "container" or scanned.message is None:
            raise LabelMismatch(_("This is not one of our container labels."), field="code")
        unit: StockUnit | None = (
            StockUnit.objects.select_related("place", "lot").filter(container=scanned.value).first()
        )
        if unit is None:
            raise NotValid(
                _("There is no container %(number)s.") % {"number": scanned.value}, code="not-found", field="code"
            )
        this.about(unit)
        this.relate(unit.lot)
        require(actor, RECEIVE, unit.place.site_id)
        if stock_unit_id is not None and unit.pk != stock_unit_id:
            raise LabelMismatch(_("This is the label of %(number)s.") % {"number": unit.container}, field="code")
        LabelReading(stock_unit=unit, code=code.strip()[:200], by_name=actor.name, at=this.at).save()
    return unit
