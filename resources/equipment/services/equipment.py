"""Equipment: define classes, register pieces, move their status."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import Site
from foundation.accounts.policies import require
from foundation.core import units
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.records.act import act
from resources.equipment.events import EquipmentStatusChanged
from resources.equipment.models import Equipment, EquipmentClass, StatusEvent
from resources.equipment.states import MANAGE, STATUS, event_towards


def create_equipment_class(
    *, actor: Actor, code: str, name: Mapping[str, str], is_gauge: bool = False, quantity_kind: str = ""
) -> EquipmentClass:
    """A kind of equipment that operations ask for. NotValid for a code that exists, or a kind that units do not know."""
    with act(actor=actor, verb="equipment.class.created") as this:
        require(actor, MANAGE)
        code = code.strip()
        if not code or not any(name.values()):
            raise NotValid(_("Code and name are needed."), field="code" if not code else "name")
        if quantity_kind and quantity_kind not in {unit.dimension for unit in units.UNITS.values()}:
            raise NotValid(_("“%(kind)s” is not a kind of quantity.") % {"kind": quantity_kind}, field="quantity_kind")
        made = EquipmentClass(code=code, name=dict(name), is_gauge=is_gauge, quantity_kind=quantity_kind)
        _save_new(made, code)
        this.about(made)
    return made


def register_equipment(
    *,
    actor: Actor,
    code: str,
    name: Mapping[str, str],
    equipment_class: EquipmentClass,
    site: Site,
    work_center: str = "",
    serial_number: str = "",
    range_low: Decimal | None = None,
    range_high: Decimal | None = None,
    unit: str = "",
    calibration_due: date | None = None,
) -> Equipment:
    """Register a machine, tool or gauge; available at once.

    ``range_low``–``range_high`` in ``unit`` is where a gauge may measure. ``calibration_due`` is what its certificate on
    arrival says; later ones come by `record_calibration`. NotValid: code taken, half a range, a unit of another kind.
    """
    with act(actor=actor, verb="equipment.equipment.registered") as this:
        require(actor, MANAGE, site.pk)
        code = code.strip()
        if not code or not any(name.values()):
            raise NotValid(_("Code and name are needed."), field="code" if not code else "name")
        _check_range(equipment_class, range_low, range_high, unit)
        made = Equipment(
            code=code,
            name=dict(name),
            equipment_class=equipment_class,
            site=site,
            work_center=work_center.strip(),
            serial_number=serial_number.strip(),
            range_low=range_low,
            range_high=range_high,
            unit=unit,
            calibration_due=calibration_due,
        )
        _save_new(made, code)
        this.about(made)
    return made


def set_equipment_status(*, actor: Actor, equipment_id: int, status: str, reason: str) -> Equipment:
    """Move the status along its table. NotValid without a reason, TransitionNotAllowed where there is no way."""
    with act(actor=actor, verb="equipment.status.set", reason=reason) as this:
        equipment: Equipment = Equipment.objects.select_for_update().get(pk=equipment_id)
        this.about(equipment)
        row = STATUS.next(equipment.status, event_towards(equipment.status, status), reason=reason)
        require(actor, row.permission, equipment.site_id)
        StatusEvent(
            equipment=equipment, old=equipment.status, new=row.target, reason=reason, by_id=actor.user_id, at=this.at
        ).save()
        equipment.status = row.target
        equipment.save()
        this.publish(
            EquipmentStatusChanged(equipment_id=equipment.pk, code=equipment.code, status=row.target, reason=reason)
        )
    return equipment


def _save_new(made: EquipmentClass | Equipment, code: str) -> None:
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise NotValid(_("The code “%(code)s” is taken.") % {"code": code}, code="code-taken", field="code") from error


def _check_range(equipment_class: EquipmentClass, low: Decimal | None, high: Decimal | None, unit: str) -> None:
    if unit:
        kind = units.unit(unit).dimension
        if equipment_class.quantity_kind and kind != equipment_class.quantity_kind:
            raise NotValid(
                _("%(unit)s is not a unit of %(kind)s.") % {"unit": unit, "kind": equipment_class.quantity_kind},
                code="unit-mismatch",
                field="unit",
            )
    if (low is None) != (high is None):
        raise NotValid(_("A range has two ends."), field="range_low" if low is None else "range_high")
    if low is not None and high is not None and (not unit or low >= high):
        raise NotValid(_("A range goes from low to high and has a unit."), field="range_low")
