from .inbox import acknowledge, inbox

__all__ = ["acknowledge", "inbox"]
