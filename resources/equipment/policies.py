"""Who may see and manage equipment."""

from resources.equipment.states import MANAGE

VIEW = "equipment.view_equipment"

__all__ = ["MANAGE", "VIEW"]
