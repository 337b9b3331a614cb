"""What dhr does when something happens below it (wired in config/subscriptions.py)."""

from __future__ import annotations

from dhr.services import open_records
from foundation.core.actor import Actor
from shopfloor.events import WorkOrderDispatched


def open_on_dispatch(event: WorkOrderDispatched, actor: Actor) -> None:
    """In the transaction: a batch has its record from the moment it exists."""
    open_records(actor=actor, batch_id=event.batch_id)
