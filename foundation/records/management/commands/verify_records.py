"""Verify history, ledger, signatures, seals and live rows."""

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from foundation.core.actor import Actor
from foundation.records.services.verifying import remember, resume_from
from foundation.records.verification import Finding, Report, verify


class Command(BaseCommand):
    help = (
        "Recompute every seal, act and history; name table, row and kind of tampering. Exits non-zero on a finding. "
        "Works on a restored dump too. What was verified is remembered for --since-last, where this database takes acts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from-seal", type=int, default=1, help="check seals from this number on")
        parser.add_argument(
            "--since-last", action="store_true", help="check what came after the last clean verification"
        )
        parser.add_argument("--against", type=Path, help="exported seals: a file, or the folder of them")
        parser.add_argument("--key", action="append", default=[], help="fingerprint of a key that you trust")
        parser.add_argument("--no-record", action="store_true", help="do not remember this run in the records")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        start, first = time.perf_counter(), options["from_seal"]
        before: list[Finding] = []
        if options["since_last"]:
            first, before = resume_from()
        report = verify(
            first_seal=first,
            trusted=options["key"],
            against=options["against"],
            progress=None if options["json"] else self._progress,
            on_finding=None if options["json"] else lambda finding: self.stdout.write(str(finding)),
        )
        for finding in before:
            report.add(finding)
        seconds = time.perf_counter() - start
        if not options["no_record"]:
            self._remember(report)
        self._tell(report, seconds, as_json=options["json"])
        if not report.intact:
            raise CommandError(f"{report.count} findings in {report.sealed_rows} sealed rows")

    def _progress(self, percent: int, what: str) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{percent:3d} % {what:<60}", ending="")

    def _remember(self, report: Report) -> None:
        try:
            remember(actor=Actor.system("verifier"), report=report)
        except DatabaseError as error:
            self.stderr.write(f"Not remembered: {error}".strip())

    def _tell(self, report: Report, seconds: float, *, as_json: bool) -> None:
        if as_json:
            found = [finding.as_json() for finding in report.findings]
            self.stdout.write(json.dumps({"findings": found, "sealed_rows": report.sealed_rows, "notes": report.notes}))
            return
        for note in report.notes:
            self.stdout.write(f"Note: {note}")
        if report.intact:
            since = f" since seal {report.first_seal}" if report.first_seal > 1 else ""
            rate = report.sealed_rows / seconds if seconds else 0
            self.stdout.write(
                f"Intact: {report.sealed_rows} sealed rows{since} in {seconds:.1f} s ({rate:,.0f} rows/s)"
            )
