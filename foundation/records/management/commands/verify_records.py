"""Verify history, ledger, signatures, seals and live rows."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.records import verification


class Command(BaseCommand):
    help = "Recompute every seal, act and history; name table, row and kind of tampering. Exits non-zero on a finding."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from-seal", type=int, default=1, help="check seals from this number on (incremental)")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        start = time.perf_counter()
        report = verification.verify(first_seal=options["from_seal"])
        seconds = time.perf_counter() - start
        if options["json"]:
            found = [finding.as_json() for finding in report.findings]
            self.stdout.write(json.dumps({"findings": found, "sealed_rows": report.sealed_rows}))
        for finding in [] if options["json"] else report.findings:
            self.stdout.write(str(finding))
        if not report.intact:
            raise CommandError(f"{len(report.findings)} findings in {report.sealed_rows} sealed rows")
        if not options["json"]:
            self.stdout.write(f"Intact: {report.sealed_rows} sealed rows in {seconds:.1f} s")
