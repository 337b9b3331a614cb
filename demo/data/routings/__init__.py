"""The demo's routings, made through routing's services only."""

from .load import ROUTINGS, load_demo_routings, load_parameter_library, load_routing

__all__ = ["ROUTINGS", "load_demo_routings", "load_parameter_library", "load_routing"]
