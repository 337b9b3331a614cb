from .deliveries import Attempt, Delivery
from .endpoints import Endpoint

__all__ = ["Attempt", "Delivery", "Endpoint"]
