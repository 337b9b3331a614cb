"""Placed in accounts, reads the catalogue by name from settings so that nothing here imports config."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from foundation.accounts.services import sync_roles
from foundation.core.actor import Actor


class Command(BaseCommand):
    help = "Hand the role catalogue of config/roles.py down to the database."

    def handle(self, *args: Any, **options: Any) -> None:
        catalogue = import_module(settings.ROLE_CATALOGUE).CATALOGUE
        changed = sync_roles(actor=Actor.system("sync_roles"), catalogue=catalogue)
        self.stdout.write(f"{len(changed)} roles changed")
