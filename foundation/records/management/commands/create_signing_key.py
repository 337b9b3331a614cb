"""Make the plant's signing key."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from foundation.records import keys


class Command(BaseCommand):
    help = "Create the Ed25519 key that signs seals and packages, unless there is one; prints its fingerprint."

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.SIGNING_KEY_FILE)
        if not path.exists():
            keys.create_key(path)
        self.stdout.write(keys.fingerprint(keys.public_bytes(keys.signing_key())))
