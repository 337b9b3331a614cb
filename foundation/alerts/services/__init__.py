"""What other apps call of alerts."""

from .inbox import acknowledge_alert, raise_alert

__all__ = ["acknowledge_alert", "raise_alert"]
