"""Seal what is not sealed yet, now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.core.errors import Refusal
from foundation.records import exporting, sealing


class Command(BaseCommand):
    help = "Make seals over every committed row that has none, and export them. Beat does this every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        made = sealing.make_seals()
        try:
            exporting.export_new()
        except (Refusal, OSError) as error:
            raise CommandError(f"{len(made)} seals made, and not exported: {error}") from error
        self.stdout.write(f"{len(made)} seals, {sum(seal.rows for seal in made)} rows")
