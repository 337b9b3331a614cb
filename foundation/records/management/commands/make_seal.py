"""Seal what is not sealed yet, now."""

from typing import Any

from django.core.management.base import BaseCommand

from foundation.records import sealing


class Command(BaseCommand):
    help = "Make seals over every committed row that has none. Beat does this every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        made = sealing.make_seals()
        self.stdout.write(f"{len(made)} seals, {sum(seal.rows for seal in made)} rows")
