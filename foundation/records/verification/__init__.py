"""Recompute everything and name what was tampered with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db import connection, transaction

from foundation.core import events
from foundation.records.verification import acts, rows, seals
from foundation.records.verification.findings import Finding

MORE_CHECKS = "records.more_checks"

__all__ = ["MORE_CHECKS", "Finding", "Report", "verify"]


@dataclass
class Report:
    """What was checked and what was found. ``sealed_rows`` counts rows recomputed against seals."""

    findings: list[Finding] = field(default_factory=list)
    sealed_rows: int = 0

    @property
    def intact(self) -> bool:
        return not self.findings


def verify(*, first_seal: int = 1, progress: Callable[[int, str], None] | None = None) -> Report:
    """Check the whole database (or the seals from ``first_seal`` on) in one repeatable-read, read-only snapshot.

    Apps above add their own checks (stock against movements …) as providers of ``records.more_checks``: each a function
    without arguments that yields Findings.
    """
    report, counted = Report(), [0]
    steps: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("protection", rows.check_protection),
        ("seals", lambda: seals.check_seals(first_seal, counted)),
        ("unsealed acts", acts.check_unsealed),
        ("rows without an act", rows.check_acts),
        ("live rows", rows.check_live_rows),
        ("plant", lambda: (finding for found in events.ask(MORE_CHECKS) for finding in found)),
    ]
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for number, (name, check) in enumerate(steps):
            if progress:
                progress(100 * number // len(steps), name)
            report.findings.extend(check())
    report.sealed_rows = counted[0]
    return report
