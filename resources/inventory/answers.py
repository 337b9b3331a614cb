"""What inventory answers to the questions of the portal."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.accounts.policies import may
from foundation.core.actor import Actor
from foundation.core.answers import Found, Todo
from foundation.core.errors import NotValid
from resources.inventory.models import Hold, Receipt, StockUnit
from resources.inventory.policies import INSPECT, LIFT, VIEW
from resources.inventory.selectors.finding import lots_like, units_like
from resources.inventory.selectors.stock import unit_by_container
from resources.inventory.states import StockStatus


def search(text: str, actor: Actor) -> list[Found]:
    """Lots, supplier lots, serials, containers and receipts whose number contains the text; a scanned label opens at once."""
    if not may(actor, VIEW):
        return []
    scanned = _scanned(text, actor)
    if scanned is not None:
        return [_unit(scanned, number=text)]
    lots = [
        Found(
            kind=_("Serials") if lot.serial else _("Lots"),
            number=lot.display_number,
            url=reverse("inventory:lot", args=[lot.pk]),
            text=f"{lot.item.number} · {lot.supplier_lot}" if lot.supplier_lot else lot.item.number,
        )
        for lot in lots_like(text, actor)
    ]
    receipts = [
        Found(_("Receipts"), row.number, reverse("inventory:labels", args=[row.pk]), row.delivery_note)
        for row in Receipt.objects.visible_to(actor).filter(number__iexact=text.strip())
    ]
    return [*lots, *(_unit(unit) for unit in units_like(text, actor)), *receipts]


def _scanned(text: str, actor: Actor) -> StockUnit | None:
    """What a label says is never what people type: a plain number is searched for instead."""
    try:
        unit = unit_by_container(text, StockUnit.objects.visible_to(actor))
    except NotValid:
        return None
    return unit if unit is not None and unit.container != text.strip() else None


def _unit(unit: StockUnit, number: str = "") -> Found:
    return Found(
        kind=_("Containers"),
        number=number or unit.container,
        url=reverse("inventory:unit", args=[unit.pk]),
        text=f"{unit.lot.item.number} · {unit.lot.display_number}",
        state=unit.status,
        state_label=unit.get_status_display(),
    )


def todo(actor: Actor) -> list[Todo]:
    """Deliveries that wait for a check, for who checks; open holds, for who lifts them."""
    found = []
    if may(actor, INSPECT):
        waiting = StockUnit.objects.visible_to(actor, INSPECT).present().filter(status=StockStatus.QUARANTINE)
        count = waiting.values("lot").distinct().count()
        if count:
            found.append(
                Todo(
                    group=_("Incoming checks"),
                    title=ngettext("%(count)d lot waits in quarantine", "%(count)d lots wait in quarantine", count)
                    % {"count": count},
                    url=reverse("inventory:quarantine-list"),
                    icon_name="checkup-list",
                )
            )
    if may(actor, LIFT):
        count = Hold.objects.visible_to(actor, LIFT).open().count()
        if count:
            found.append(
                Todo(
                    group=_("Holds"),
                    title=ngettext("%(count)d hold is open", "%(count)d holds are open", count) % {"count": count},
                    url=reverse("inventory:hold-list"),
                    icon_name="hand-stop",
                )
            )
    return found
