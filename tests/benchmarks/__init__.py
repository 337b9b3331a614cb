"""`make bench`: each module here has ``run() -> list[Row]``; it checks that its answers are right before it times them."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Row:
    """One line of the report. Times in milliseconds unless ``unit`` says otherwise; ``budget`` is a limit or a minimum."""

    name: str
    measured: float
    budget: float | None = None
    raw: float | None = None
    floor: float | None = None
    unit: str = "ms"
    at_least: bool = False
    note: str = ""
    sizes: dict[str, float] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        if self.budget is None:
            return None
        return self.measured >= self.budget if self.at_least else self.measured <= self.budget

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}


def timed(work: Callable[[], Any], *, repeat: int = 5, warm: int = 1) -> float:
    """The median in milliseconds over ``repeat`` runs, after ``warm`` runs that do not count."""
    for _ in range(warm):
        work()
    taken = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def percentile(values: list[float], share: float) -> float:
    """Nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def exponent(sizes: dict[int, float]) -> float:
    """The slope of log(time) over log(size) by least squares: 1.0 is linear."""
    points = [(math.log(size), math.log(value)) for size, value in sizes.items()]
    mean_x, mean_y = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _y in points)
