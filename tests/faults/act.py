"""`python -m tests.faults.act <act> <number> <key>`: one act on the floor in a process that may be killed."""

from __future__ import annotations

import sys
from uuid import UUID

import django

django.setup()  # before anything that has a model is imported

from foundation.core import clock  # noqa: E402
from shopfloor import services  # noqa: E402
from tests.factories.floor import Plant  # noqa: E402


def main() -> None:
    what, number, key = sys.argv[1:4]
    who = Plant()
    match what:
        case "complete":
            services.complete_card(
                actor=who.operator,
                card_id=int(number),
                credentials=who.sign("operator"),
                idempotency_key=UUID(key),
            )
        case "units":
            containers = {"A7": [sys.argv[4]], "A12": [sys.argv[5]]}
            services.complete_units(
                actor=who.operator,
                batch_id=int(number),
                operation=40,
                units=[1, 2, 3],
                containers=containers,
                credentials=who.sign("operator"),
            )
        case "record":
            services.record_step(
                actor=who.operator,
                card_id=int(number),
                step_key="30.20",
                value="5.50",
                unit_no=1,
                captured_at=clock.now(),
                idempotency_key=UUID(key),
            )
    print("done", flush=True)


if __name__ == "__main__":
    main()
