"""Hand the seals to somebody who shall notice if they are taken back."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.core.errors import Refusal
from foundation.records import exporting


class Command(BaseCommand):
    help = (
        "Write every seal into a new file of JSON lines; without a file, append what is missing to the export folder."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="a file that does not exist yet")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = exporting.export_all(options["file"]) if options["file"] else exporting.export_new()
        except (Refusal, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} lines")
