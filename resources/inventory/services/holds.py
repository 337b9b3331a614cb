"""Place and lift holds."""

from __future__ import annotations

from django.db.models import Model
from django.utils.translation import gettext as _

from foundation.accounts.policies import require, require_about, require_everywhere
from foundation.core.actor import Actor
from foundation.core.errors import NotValid, TransitionNotAllowed
from foundation.core.refs import RecordRef
from foundation.records.act import act
from resources.equipment.models import Equipment
from resources.inventory.events import HoldLifted, HoldPlaced
from resources.inventory.models import Hold, HoldTarget, Lot, StockUnit
from resources.inventory.policies import HOLD, LIFT
from resources.inventory.states import OF_EVERY_SITE, HoldKind


def place_hold(*, actor: Actor, target: HoldTarget, reason: str, source: RecordRef | None = None) -> Hold:
    """Hold a container, lot, supplier lot (with all that was made of it), item, order, or equipment in a time.

    ``source`` is the record that asks for it (nonconformance, deviation). Several holds on one thing are several records.
    NotValid without a reason or a target that exists.
    """
    with act(actor=actor, verb="inventory.hold.placed", reason=reason):
        require(actor, HOLD)
        thing = _target(target)
        if thing is not None:
            require_about(actor, HOLD, thing)
        return open_hold(actor, target, reason, source)


def open_hold(actor: Actor, target: HoldTarget, reason: str, source: RecordRef | None = None) -> Hold:
    """A hold that follows from another act (an unapproved delivery, a bad reading): no permission of its own."""
    with act(actor=actor, verb="inventory.hold.opened", reason=reason) as this:
        if not reason.strip():
            raise NotValid(_("Say why it is held."), code="reason-required", field="reason")
        hold = Hold(
            kind=target.kind,
            **target.columns,
            reason=reason.strip(),
            source_label=source.label if source else "",
            source_id=source.id if source else None,
            source_number=source.number if source else "",
            placed_by_id=actor.user_id,
            placed_by_name=actor.name,
            placed_at=this.at,
        )
        lots = _lots_of(hold)
        hold.save()
        this.about(hold)
        this.relate(*lots, *([source] if source else []))
        this.publish(
            HoldPlaced(
                hold_id=hold.pk,
                kind=str(hold.kind),
                target=hold.target_number,
                reason=hold.reason,
                lot_ids=[lot.pk for lot in lots],
            )
        )
    return hold


def _target(target: HoldTarget) -> Model | None:
    """What stands at a site, and is held only by who may hold there; items and suppliers' lots are of every site."""
    kinds: dict[str, tuple[type[Model], str]] = {
        HoldKind.STOCK_UNIT: (StockUnit, "stock_unit_id"),
        HoldKind.LOT: (Lot, "lot_id"),
        HoldKind.EQUIPMENT: (Equipment, "equipment_id"),
    }
    if target.kind not in kinds:
        return None
    model, column = kinds[target.kind]
    found: Model | None = model._default_manager.filter(pk=target.columns[column]).first()
    return found


def _lots_of(hold: Hold) -> list[Lot]:
    """The lots held directly. NotValid when the target does not exist."""
    if hold.kind == HoldKind.SUPPLIER_LOT:
        found = list(Lot.objects.filter(supplier=hold.supplier, supplier_lot=hold.supplier_lot).order_by("pk"))
        if not found:
            raise NotValid(
                _("Nothing was received of the supplier's lot “%(lot)s”.") % {"lot": hold.supplier_lot},
                field="supplier_lot",
            )
        return found
    if hold.kind == HoldKind.ORDER:
        return []
    target = (
        type(hold)
        ._meta.get_field(str(hold.kind))
        .related_model.objects.filter(  # type: ignore[union-attr]
            pk=getattr(hold, f"{hold.kind}_id")
        )
    )
    record = target.first()
    if record is None:
        raise NotValid(_("There is no such thing to hold."), code="not-found", field="target")
    if hold.kind == HoldKind.STOCK_UNIT:
        return [record.lot]
    return [record] if hold.kind == HoldKind.LOT else []


def lift_hold(*, actor: Actor, hold_id: int, reason: str) -> Hold:
    """Lift a hold (解除). NotValid without a reason; TransitionNotAllowed when it was lifted before.

    Anyone who may place holds stops an item or a supplier's lot everywhere; only who may lift at every site lets it go again.
    """
    with act(actor=actor, verb="inventory.hold.lifted", reason=reason) as this:
        hold: Hold = Hold.objects.select_for_update().get(pk=hold_id)
        this.about(hold)
        require_about(actor, LIFT, hold)
        if hold.kind in OF_EVERY_SITE:
            require_everywhere(actor, LIFT)
        if not reason.strip():
            raise NotValid(_("Say why it is lifted."), code="reason-required", field="reason")
        if not hold.is_open:
            raise TransitionNotAllowed(_("This hold was lifted by %(name)s.") % {"name": hold.lifted_by_name})
        hold.lifted_by_id, hold.lifted_by_name = actor.user_id, actor.name
        hold.lifted_at, hold.lift_reason = this.at, reason.strip()
        hold.save()
        if hold.lot_id:
            this.relate(hold.lot)
        if hold.stock_unit_id:
            this.relate(hold.stock_unit, hold.stock_unit.lot)
        this.publish(
            HoldLifted(hold_id=hold.pk, kind=str(hold.kind), target=hold.target_number, reason=hold.lift_reason)
        )
    return hold
