"""Replace the signing key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.core.actor import Actor
from foundation.core.errors import Refusal
from foundation.records.services import rotate_signing_key


class Command(BaseCommand):
    help = "Replace the signing key by a new one that the old one vouches for; prints its fingerprint."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="why; kept in the ledger and in the statement")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            statement = rotate_signing_key(actor=Actor.system("administrator"), reason=options["reason"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(statement.fingerprint)
