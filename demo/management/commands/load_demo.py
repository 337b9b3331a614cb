"""Load the demo plant, for the first start of `make run`."""

from typing import Any

from django.core.management.base import BaseCommand

from demo.narrator import Narrator
from demo.people import refuse_outside_demo
from demo.story import define
from demo.telling import begin
from foundation.accounts.models import Site


class Command(BaseCommand):
    help = "Load the demo plant, and ask the worker to tell its story; nothing where there is a plant already."

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_outside_demo()
        if Site.objects.exists():
            self.stdout.write("There is a plant already; nothing was loaded.")
            return
        define(Narrator())
        begin()
        self.stdout.write("The demo plant is loaded; the worker tells its story.")
