"""What other apps and the screens call of routing."""

from routing.checks import validate_routing

from .links import add_link, remove_link, save_graph
from .materials import allocate_material, allocate_rest, make_intermediate, remove_allocation, remove_intermediate
from .operations import (
    add_operation,
    change_operation,
    duplicate_operation,
    move_operation,
    remove_operation,
    renumber_operations,
    reorder_operations,
)
from .parameters import change_parameter_definition, create_parameter_definition, remove_parameter, set_parameter
from .pasting import paste_operations
from .publishing import publish_process_card
from .revisions import (
    change_routing,
    discard_routing,
    retire_routing,
    return_routing,
    start_routing,
    submit_routing,
)
from .steps import add_step, change_step, duplicate_step, move_step, remove_step

__all__ = [
    "add_link",
    "add_operation",
    "add_step",
    "allocate_material",
    "allocate_rest",
    "change_operation",
    "change_parameter_definition",
    "change_routing",
    "change_step",
    "create_parameter_definition",
    "discard_routing",
    "duplicate_operation",
    "duplicate_step",
    "make_intermediate",
    "move_operation",
    "move_step",
    "paste_operations",
    "publish_process_card",
    "remove_allocation",
    "remove_intermediate",
    "remove_link",
    "remove_operation",
    "remove_parameter",
    "remove_step",
    "renumber_operations",
    "reorder_operations",
    "retire_routing",
    "return_routing",
    "save_graph",
    "set_parameter",
    "start_routing",
    "submit_routing",
    "validate_routing",
]
