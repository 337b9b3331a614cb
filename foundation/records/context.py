"""The act that is going on, for the layers below a service: history asks it who and why."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foundation.records.act import Act

_current: ContextVar[Act | None] = ContextVar("records_act", default=None)


class NotInAnAct(RuntimeError):
    """A programming error: plant data was written outside `records.act`, so nobody and no reason would be recorded."""


def current_act() -> Act | None:
    return _current.get()


def require_act(what: str) -> Act:
    act = _current.get()
    if act is None:
        raise NotInAnAct(f"{what} is written inside records.act(…) only")
    return act
