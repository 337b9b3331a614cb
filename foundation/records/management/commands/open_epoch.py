"""After a restore into another cluster."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from foundation.core.actor import Actor
from foundation.core.errors import Refusal
from foundation.records.services.epochs import open_epoch
from foundation.records.verification import verify


class Command(BaseCommand):
    help = (
        "After a restore: verify, close the epoch of the backup and open a new one, so that transaction numbers go on. "
        "Run it as the owner (DATABASE_URL), with web, worker and beat stopped; migrate before it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reason", required=True, help="why the database was restored; kept in the ledger and in a seal"
        )
        parser.add_argument(
            "--abandon-newer-seals", action="store_true", help="give up exported seals that the backup does not have"
        )
        parser.add_argument(
            "--against", type=Path, help="exported seals: the folder (default: the one they are exported to)"
        )
        parser.add_argument("--despite-findings", action="store_true", help="go on although the backup does not verify")

    def handle(self, *args: Any, **options: Any) -> None:
        known = {"seal-rolled-back"} if options["abandon_newer_seals"] else set()
        findings = [f for f in verify(against=options["against"]).findings if f.kind not in known]
        for finding in findings:
            self.stdout.write(str(finding))
        if findings and not options["despite_findings"]:
            raise CommandError(f"{len(findings)} findings in the backup: no epoch was opened")
        try:
            epoch = open_epoch(
                actor=Actor.system("restore"),
                reason=options["reason"],
                abandon=options["abandon_newer_seals"],
                exported=options["against"],
            )
        except (Refusal, DatabaseError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Epoch {epoch.number} begins after seal {epoch.last_seal}")
