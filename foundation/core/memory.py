"""The garbage collector and answers of many thousand rows."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Nothing is searched for garbage while a large answer is built: all of it is kept, so there is none to find.

    Each some ten thousand new objects Python would go through everything that the process has in memory, which took two
    thirds of the time of a trace. What other threads drop meanwhile is collected afterwards.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
