from .calibration import Calibration
from .equipment import Equipment, EquipmentClass, StatusEvent

__all__ = ["Calibration", "Equipment", "EquipmentClass", "StatusEvent"]
