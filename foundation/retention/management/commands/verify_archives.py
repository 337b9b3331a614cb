"""Verify every archive again; exit 1 on a finding."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, CommandError

from foundation.core.actor import Actor
from foundation.retention.models import Archive
from foundation.retention.services import check_archives
from foundation.retention.states import Verdict


class Command(BaseCommand):
    help = "Verify every archive (or those named by number): file, signature, seals, rows, key. Exits non-zero on a finding."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("number", nargs="*", help="AR-000001 …; without any: all of them")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = Archive.objects.order_by("pk")
        if options["number"]:
            wanted = wanted.filter(number__in=options["number"])
        checks = check_archives(actor=Actor.system("verify_archives"), archives=wanted)
        for check in checks:
            self.stdout.write(f"{check.archive.number} {check.archive.file_name}: {check.verdict}")
            for problem in check.problems:
                self.stdout.write(f"  {problem['kind']}: {problem['file']}: {problem['en']}")
        bad = sum(check.verdict != Verdict.INTACT for check in checks)
        if bad:
            raise CommandError(f"{bad} of {len(checks)} archives are not intact", returncode=1)
        self.stdout.write(f"{len(checks)} archives intact")
