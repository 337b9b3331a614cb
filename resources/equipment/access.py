"""Who reads equipment: each piece stands at a site, its classes are global."""

from __future__ import annotations

from foundation.accounts.scope import Scope
from resources.equipment.models import Calibration, Equipment, EquipmentClass, StatusEvent
from resources.equipment.policies import VIEW


def scopes() -> dict[type, Scope]:
    """Provider of ``access.scopes``."""
    return {
        EquipmentClass: Scope(VIEW),
        Equipment: Scope(VIEW, "site"),
        **dict.fromkeys((StatusEvent, Calibration), Scope(VIEW, "equipment__site")),
    }
