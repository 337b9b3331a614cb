"""Who may do what with stock."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.accounts.policies import may
from foundation.core.actor import Actor
from foundation.core.decisions import Decision, no
from resources.inventory.models import Receipt, StockUnit
from resources.inventory.states import RELEASE

VIEW = "inventory.view_stock"
RECEIVE = "inventory.receive_stock"
INSPECT = "inventory.inspect_receipt"
MOVE = "inventory.move_stock"
USE = "inventory.use_stock"  # what work itself does: use, carry, split, take out again
MAKE = "inventory.make_stock"  # what an order brings into being when it is dispatched: a batch, its serials
HOLD = "inventory.place_hold"
LIFT = "inventory.lift_hold"
MANAGE_PLACES = "inventory.manage_places"
PRINT = "printing.print_label"


def can_judge(actor: Actor, stock_unit: StockUnit, permission: str = RELEASE) -> Decision:
    """Whoever received a delivery does not judge it (ISO 13485 7.4.3: verification of purchased product)."""
    allowed = may(actor, permission, stock_unit.place.site_id)
    if not allowed:
        return allowed
    received_here = Receipt.objects.filter(lot_id=stock_unit.lot_id, received_by_id=actor.user_id)
    if actor.user_id is not None and received_here.exists():
        return no(_("Who received a delivery does not judge it: another person checks and releases."))
    return allowed
