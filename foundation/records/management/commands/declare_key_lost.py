"""Declare the signing key lost."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.core.actor import Actor
from foundation.core.errors import Refusal
from foundation.records import keys
from foundation.records.services import declare_key_lost


class Command(BaseCommand):
    help = "Say that the key which sealed last is lost and that this machine's key takes its place."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="why; kept in the ledger and in the statement")
        parser.add_argument(
            "--last-seal", type=int, help="the last seal that is known to be ours (default: the newest)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            path = Path(settings.SIGNING_KEY_FILE)
            if not path.exists():
                keys.create_key(path)
            statement = declare_key_lost(
                actor=Actor.system("administrator"), reason=options["reason"], last_seal=options["last_seal"]
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(statement.fingerprint)
