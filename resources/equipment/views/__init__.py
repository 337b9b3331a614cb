from .classes import class_create, class_list
from .equipment import equipment_calibrate, equipment_create, equipment_list, equipment_record, equipment_status

__all__ = [
    "class_create",
    "class_list",
    "equipment_calibrate",
    "equipment_create",
    "equipment_list",
    "equipment_record",
    "equipment_status",
]
