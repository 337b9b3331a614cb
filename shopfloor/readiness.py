"""The gates ahead: what an order will need, looked at before it starts. It warns, and refuses nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from foundation.core import clock
from foundation.core.canonical import decimal_text
from foundation.core.units import convert
from foundation.core.words import unit_words
from resources.equipment.models import Equipment
from resources.inventory.models import StockUnit
from resources.personnel.models import QualificationGrant
from shopfloor.definition import Definition, Line, OperationDefinition
from shopfloor.gates import ENVIRONMENT, LABELS, MACHINE, MAN, MATERIAL, METHOD
from shopfloor.models import WorkOrder


def readiness_of(order: WorkOrder, definition: Definition) -> list[dict[str, Any]]:
    """Per operation the gate rows {operation, gate, label, open, reason}; JSON. Reads, never refuses."""
    rows: list[dict[str, Any]] = []
    for operation in definition.operations:
        for gate, is_open, reason in (
            _man(operation),
            _machine(operation, order),
            _material(operation, definition, order),
            (METHOD, True, _("Built to %(card)s.") % {"card": definition.number}),
            (ENVIRONMENT, True, _("No environment limits are declared here.")),
        ):
            rows.append(
                {
                    "operation": operation.number,
                    "gate": gate,
                    "label": str(LABELS[gate]),
                    "open": is_open,
                    "reason": reason,
                }
            )
    return rows


def _man(operation: OperationDefinition) -> tuple[str, bool, str]:
    moment = clock.now()
    for code in operation.qualifications:
        holders = QualificationGrant.objects.filter(
            Q(valid_until=None) | Q(valid_until__gt=moment),
            Q(revoked_at=None) | Q(revoked_at__gt=moment),
            qualification__code=code,
            valid_from__lte=moment,
        )
        if not holders.exists():
            return MAN, False, _("Nobody is qualified for “%(code)s”.") % {"code": code}
    return MAN, True, _("Qualified people are there.")


def _machine(operation: OperationDefinition, order: WorkOrder) -> tuple[str, bool, str]:
    wanted = operation.equipment_class
    gauges = {str((step.parameter or {}).get("gauge_class") or "") for step in operation.steps} - {""}
    for class_code in [*([wanted] if wanted else []), *sorted(gauges)]:
        fit = Equipment.objects.filter(
            Q(calibration_due__gte=clock.today()) | Q(calibration_due=None, equipment_class__is_gauge=False),
            equipment_class__code=class_code,
            site_id=order.site_id,
            status="available",
        )
        if not fit.exists():
            return (
                MACHINE,
                False,
                _("Nothing of class “%(class)s” is available and calibrated.") % {"class": class_code},
            )
    return MACHINE, True, _("Machines and gauges are available.")


def _material(operation: OperationDefinition, definition: Definition, order: WorkOrder) -> tuple[str, bool, str]:
    for line in definition.lines_of(operation.number):
        if line.made_here or line.optional:
            continue
        there = _released(line)
        needed = line.needed(int(order.quantity))
        if there < needed:
            words = {
                "item": line.name,
                "there": decimal_text(there),
                "needed": decimal_text(needed),
                "unit": unit_words(line.unit),
            }
            return MATERIAL, False, _("%(item)s: %(there)s of %(needed)s %(unit)s released.") % words
    return MATERIAL, True, _("Released material is there.")


def _released(line: Line) -> Decimal:
    """Released, unexpired stock of the line's item and alternates, in the line's unit."""
    rows = (
        StockUnit.objects.released()
        .present()
        .unexpired(clock.today())
        .filter(lot__item_id__in=line.item_ids)
        .values("unit")
        .annotate(total=Sum("quantity"))
    )
    return sum((convert(row["total"], row["unit"], line.unit) for row in rows), Decimal(0))
