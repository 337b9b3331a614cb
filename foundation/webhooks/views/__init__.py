from .deliveries import delivery_list, delivery_record, delivery_redeliver
from .endpoints import (
    endpoint_change,
    endpoint_create,
    endpoint_end,
    endpoint_list,
    endpoint_pause,
    endpoint_ping,
    endpoint_record,
    endpoint_redeliver,
    endpoint_resume,
    endpoint_rotate,
    event_list,
)

__all__ = [
    "delivery_list",
    "delivery_record",
    "delivery_redeliver",
    "endpoint_change",
    "endpoint_create",
    "endpoint_end",
    "endpoint_list",
    "endpoint_pause",
    "endpoint_ping",
    "endpoint_record",
    "endpoint_redeliver",
    "endpoint_resume",
    "endpoint_rotate",
    "event_list",
]
