"""What other apps call of equipment."""

from .calibration import record_calibration
from .equipment import create_equipment_class, register_equipment, set_equipment_status

__all__ = ["create_equipment_class", "record_calibration", "register_equipment", "set_equipment_status"]
