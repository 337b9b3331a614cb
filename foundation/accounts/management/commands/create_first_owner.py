"""The first person of a new installation: somebody must be able to log in and make the others."""

import sys
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.accounts.models import User
from foundation.accounts.services import assign_role, create_user, set_secret
from foundation.core.actor import Actor
from foundation.core.errors import Refusal
from foundation.records.act import act

ROLE = "system_owner"


class Command(BaseCommand):
    help = (
        "Create the first system owner; refused once there is any user. The password is asked for, or read from stdin."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name", help="the printed name, as it stands beside signatures")

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            raise CommandError("There are users already: a system owner creates further ones, in their own name.")
        password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        actor = Actor.system("create_first_owner")
        try:
            with act(actor=actor, verb="accounts.first_owner.created"):
                user = create_user(actor=actor, username=options["username"], name=options["name"])
                assign_role(actor=actor, user_id=user.pk, role=ROLE)
                set_secret(actor=actor, user_id=user.pk, password=password, reason="First user of this installation")
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{user.username} is the system owner and can log in.")
