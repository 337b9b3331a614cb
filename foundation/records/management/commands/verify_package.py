"""Verify a package with the same code that ships in it."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.records.verifier import verify


class Command(BaseCommand):
    help = (
        "Verify a package of production records. Exit codes: 0 confirmed, 3 intact but signer unconfirmed, 1 damaged."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("package", help="the ZIP file, or the folder of the unpacked files")
        parser.add_argument("--key", action="append", default=[], help="fingerprint (SHA-256) of a key that you trust")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = verify.verify_path(options["package"], options["key"])
        except verify.UnreadableError as error:
            raise CommandError(str(error), returncode=verify.EXIT_UNREADABLE) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, default=str))
        else:
            for line in verify.lines_of(report):
                self.stdout.write(line)
        if report.exit_code in (verify.EXIT_DAMAGED, verify.EXIT_OTHER_SIGNER):
            raise CommandError(verify.VERDICTS[report.verdict][0], returncode=report.exit_code)
        if report.exit_code:
            sys.exit(report.exit_code)
