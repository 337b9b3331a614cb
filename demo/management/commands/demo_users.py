"""One demo user per role, for the launcher to print."""

from typing import Any

from django.core.management.base import BaseCommand

from demo.people import PASSWORD, PEOPLE, PIN, refuse_outside_demo


class Command(BaseCommand):
    help = "Print the demo users; refused outside the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_outside_demo()
        for one in PEOPLE:
            self.stdout.write(f"{one.username:<12} {', '.join(one.roles):<18} {one.name:<18} badge {one.badge}")
        self.stdout.write(f"password of all: {PASSWORD}   PIN of all: {PIN}")
