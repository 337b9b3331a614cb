"""Restore a backup into a cluster of its own and verify it there: the drill of docs/operations/backup.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import connection

from config.local.drill import Drill, drill
from config.local.errors import StartError
from foundation.core import clock


class Command(BaseCommand):
    help = (
        "Restore a dump (or one taken now) into a fresh PostgreSQL beside the plant's, run verify_records there, and say how "
        "long it took. Exits non-zero when the restored records do not verify. The plant's database is only read."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--dump", type=Path, help="a dump by pg_dump, in any of its formats; without it one is taken now"
        )
        parser.add_argument("--against", type=Path, default=None, help="exported seals (default: the export folder)")
        parser.add_argument("--pg", default="", help="major version of the system's PostgreSQL to restore into")
        parser.add_argument("--json", action="store_true", help="the record of the drill as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = clock.now()
        against = options["against"] or _export_folder()
        try:
            done = drill(database_url(), dump=options["dump"], against=against, version=options["pg"])
        except StartError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            told = {"at": begun.isoformat(), "seconds": done.seconds, "recovery_seconds": round(done.back_after, 2)}
            self.stdout.write(
                json.dumps({**told, "dump_bytes": done.dump_bytes, "intact": done.intact, "said": done.said})
            )
        else:
            self._tell(done, begun.isoformat(timespec="seconds"))
        if not done.intact:
            raise CommandError(f"The restored records do not verify. {done.said}")

    def _tell(self, done: Drill, begun: str) -> None:
        self.stdout.write(f"Restore drill of {begun}: {done.dump_bytes:,} bytes")
        for step, seconds in done.seconds.items():
            self.stdout.write(f"  {step:8} {seconds:8.2f} s")
        self.stdout.write(f"  from backup to verified: {done.back_after:.2f} s")
        self.stdout.write(done.said)


def _export_folder() -> Path | None:
    folder = settings.SEAL_EXPORT_DIR
    return folder if folder is not None and any(folder.glob("*.jsonl")) else None


def database_url() -> str:
    """Where the plant's database is: as its owner, where that is told, else as the application, which reads every table too."""
    if settings.DATABASE_OWNER_URL:
        return str(settings.DATABASE_OWNER_URL)
    given = connection.settings_dict
    user, password = quote(given["USER"], safe=""), quote(given["PASSWORD"], safe="")
    return f"postgres://{user}:{password}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
