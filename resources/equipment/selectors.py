"""Is it fit for this work? And lists of equipment."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.core import clock
from foundation.core.decisions import Answer
from foundation.core.texts import localized
from foundation.core.units import convert
from foundation.core.words import spoken_day
from resources.equipment.models import Calibration, Equipment, EquipmentClass
from resources.equipment.states import EquipmentStatus


def equipment_by_code(code: str) -> Equipment | None:
    """The equipment behind a scanned code, with its class; None when there is none."""
    found: Equipment | None = (
        Equipment.objects.select_related("equipment_class", "site").filter(code=code.strip()).first()
    )
    return found


def class_words(code: str) -> str:
    """A class's name for people, in their language; its code when nobody registered it. One query."""
    found = EquipmentClass.objects.filter(code=code).first()
    return localized(found.name) or code if found else code


def fitness(equipment: Equipment, class_code: str = "", at: datetime | None = None) -> Answer:
    """May this piece be used for what asks for ``class_code``, at this moment (now)? No query when the class is loaded and right.

    Asked in this order: class, status, calibration. A gauge whose due date is missing has never been calibrated.
    ``evidence``: equipment, class, status, calibration_due.
    """
    day = timezone.localdate(at) if at else clock.today()
    evidence = {
        "equipment": equipment.code,
        "class": equipment.equipment_class.code,
        "status": equipment.status,
        "calibration_due": equipment.calibration_due.isoformat() if equipment.calibration_due else None,
    }
    reason = _wrong_class(equipment, class_code) or _not_available(equipment) or _not_calibrated(equipment, day)
    if reason:
        return Answer(False, reason, evidence)
    return Answer(True, _("%(code)s is fit for use.") % {"code": equipment.code}, evidence)


def _wrong_class(equipment: Equipment, class_code: str) -> str:
    if not class_code or equipment.equipment_class.code == class_code:
        return ""
    return _("%(code)s is “%(class)s”; this asks for “%(wanted)s”.") % {
        "code": equipment.code,
        "class": localized(equipment.equipment_class.name) or equipment.equipment_class.code,
        "wanted": class_words(class_code),
    }


def _not_available(equipment: Equipment) -> str:
    if equipment.status == EquipmentStatus.AVAILABLE:
        return ""
    status = EquipmentStatus(equipment.status).label
    return _("%(code)s is not available: %(status)s.") % {"code": equipment.code, "status": status}


def _not_calibrated(equipment: Equipment, day: date) -> str:
    due = equipment.calibration_due
    if due is None:
        if equipment.equipment_class.is_gauge:
            return _("%(code)s has no valid calibration.") % {"code": equipment.code}
        return ""
    if day > due:
        return _("The calibration of %(code)s was due on %(day)s.") % {"code": equipment.code, "day": spoken_day(due)}
    return ""


def measures(equipment: Equipment, value: Decimal, unit: str) -> Answer:
    """Does this value lie in the gauge's range? Ends included; no range, no limit. NotValid for another kind of unit."""
    if equipment.range_low is None or equipment.range_high is None:
        return Answer(True, "", {"equipment": equipment.code})
    seen = convert(value, unit, equipment.unit)
    evidence = {
        "equipment": equipment.code,
        "range_low": str(equipment.range_low),
        "range_high": str(equipment.range_high),
        "unit": equipment.unit,
    }
    if equipment.range_low <= seen <= equipment.range_high:
        return Answer(True, "", evidence)
    return Answer(False, _("%(code)s does not measure there.") % {"code": equipment.code}, evidence)


def calibration_at(equipment: Equipment, at: datetime) -> Calibration | None:
    """The calibration that counted at this moment: what a record says about a reading."""
    found: Calibration | None = (
        Calibration.objects.filter(equipment=equipment, done_at__lte=at).order_by("-done_at", "-pk").first()
    )
    return found


def equipment_list(text: str = "", status: str = "", class_code: str = "") -> QuerySet[Equipment]:
    """Equipment by code, name, serial number; of a status, of a class."""
    rows: QuerySet[Equipment] = Equipment.objects.select_related("equipment_class", "site").order_by("code")
    if text:
        rows = rows.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(serial_number__icontains=text))
    if status:
        rows = rows.filter(status=status)
    if class_code:
        rows = rows.filter(equipment_class__code=class_code)
    return rows
