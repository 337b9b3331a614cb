"""What people do. What their jobs do then (`queueing`, `sending`) is called by the handlers alone."""

from .endpoints import (
    change_endpoint,
    create_endpoint,
    end_endpoint,
    pause_endpoint,
    resume_endpoint,
    rotate_secret,
)
from .queueing import redeliver, redeliver_given_up, send_ping

__all__ = [
    "change_endpoint",
    "create_endpoint",
    "end_endpoint",
    "pause_endpoint",
    "redeliver",
    "redeliver_given_up",
    "resume_endpoint",
    "rotate_secret",
    "send_ping",
]
