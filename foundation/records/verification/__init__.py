"""Recompute everything and name what was tampered with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from foundation.core import clock, events
from foundation.records import keys, leaves
from foundation.records.models import Seal
from foundation.records.verification import acts, rows, trust
from foundation.records.verification.exported import check_exported
from foundation.records.verification.findings import Finding
from foundation.records.verification.reading import FORMATS, Formats, check_order
from foundation.records.verification.seals import SealChecker
from foundation.records.verification.signatures import check_signatures
from foundation.records.verification.stamped import check_stamps
from foundation.records.verification.trust import KEYS

MORE_CHECKS = "records.more_checks"
KEPT_FINDINGS = 10_000

__all__ = ["MORE_CHECKS", "Finding", "Report", "Scope", "recompute", "verify"]

Progress = Callable[[int, str], None]


@dataclass
class Report:
    """What was checked and what was found. ``sealed_rows`` counts rows recomputed against seals.

    ``findings`` keeps the first 10,000, so that a truncated table does not fill the memory; ``count`` is of all.
    """

    findings: list[Finding] = field(default_factory=list)
    sealed_rows: int = 0
    count: int = 0
    first_seal: int = 1
    last_seal: int = 0
    last_hash: str = ""
    started_at: datetime = field(default_factory=clock.now)
    notes: list[str] = field(default_factory=list)
    on_finding: Callable[[Finding], None] | None = None

    @property
    def intact(self) -> bool:
        return not self.count

    def add(self, finding: Finding) -> None:
        self.count += 1
        if len(self.findings) < KEPT_FINDINGS:
            self.findings.append(finding)
        if self.on_finding:
            self.on_finding(finding)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is checked. From a seal on means: that seal and later ones, acts and live rows written since, no other rows.

    ``trusted`` are fingerprints of keys; without one the key that this machine seals with, if it has one. ``against`` is
    a file or folder of exported seals.
    """

    first_seal: int = 1
    trusted: tuple[str, ...] = ()
    against: Path | None = None

    @property
    def is_full(self) -> bool:
        return self.first_seal <= 1


def verify(
    *,
    first_seal: int = 1,
    trusted: Iterable[str] = (),
    against: Path | None = None,
    progress: Progress | None = None,
    on_finding: Callable[[Finding], None] | None = None,
) -> Report:
    """Check the whole database (or what came with the seals from ``first_seal`` on) in one repeatable-read snapshot.

    Apps above add their own checks (stock against movements …) as providers of ``records.more_checks``: each a function
    without arguments that yields Findings. They run when everything is checked. Without ``against`` the seals are
    compared with the folder that they are exported to, if it is there.
    """
    report = Report(on_finding=on_finding)
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        scope = Scope(first_seal, tuple(trusted), against or settings.SEAL_EXPORT_DIR)
        recompute(report, scope, progress)
    return report


def recompute(report: Report, scope: Scope, progress: Progress | None = None) -> None:
    """As `verify`, in the transaction that is open."""
    last = Seal.objects.order_by("-number").first()
    report.first_seal = scope.first_seal
    report.last_seal, report.last_hash = (last.number, last.hash) if last else (0, "")
    with connection.cursor() as cursor:
        leaves.pin_settings(cursor)
    for step, (name, check) in enumerate(_steps(report, scope, progress)):
        if progress and step:
            progress(80 + 2 * step, name)
        for finding in check():
            report.add(finding)


def _steps(
    report: Report, scope: Scope, progress: Progress | None
) -> list[tuple[str, Callable[[], Iterator[Finding]]]]:
    formats, newest = Formats(), max(report.last_seal, 1)

    def told(seal: int, count: int) -> None:
        report.sealed_rows = count
        if progress:
            progress(min(80, 80 * seal // newest), f"seal {seal} of {newest}, {count:,} rows")

    seals = SealChecker(formats, scope.first_seal, told)
    first = Seal.objects.filter(number=scope.first_seal).first()
    since = None if scope.is_full else first.horizon_from if first else _end_of_seals()
    steps: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("seals", seals.check),
        ("protection", rows.check_protection),
        ("keys", lambda: trust.check_keys(scope.trusted or keys.local_fingerprints())),
        ("stamps", lambda: check_stamps(scope.first_seal)),
        ("acts that no seal covers yet", lambda: acts.check_unsealed(formats)),
        ("signatures", lambda: check_signatures(-(2**62) if since is None else since)),
        ("live rows", lambda: rows.check_live_rows(since)),
    ]
    against = scope.against
    if against is not None:
        steps.insert(1, ("exported seals", lambda: check_exported(against, report.notes, scope.first_seal)))
    if scope.is_full:
        steps.insert(1, ("formats", formats.check))
        steps.insert(2, ("order", lambda: check_order(FORMATS, KEYS)))
        steps.append(("plant", _more_checks))
    return steps


def _end_of_seals() -> int:
    last = Seal.objects.order_by("-number").first()
    return last.horizon_to if last else 0


def _more_checks() -> Iterator[Finding]:
    for found in events.ask(MORE_CHECKS):
        yield from found
