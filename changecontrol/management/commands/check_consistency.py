"""Say what stands on a superseded definition without a signed decision."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from changecontrol.selectors import inconsistencies


class Command(BaseCommand):
    help = "List orders, stock, cards and revisions out of step with what is effective. Prints nothing when there are none."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(inconsistencies())
        for finding in found:
            self.stdout.write(f"{finding.kind} {finding}")
        if found:
            raise CommandError(f"{len(found)} without a signed decision")
