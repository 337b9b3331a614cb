"""Two people at once, with real commits: one wins, the other is told, nothing is written twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from foundation.core.errors import Refusal
from shopfloor import services
from shopfloor.exceptions import Conflict
from shopfloor.models import CardEvent, PieceMove, StepRecord
from shopfloor.selectors import card_balance
from tests.factories.floor import now_and_key, qualify, read, record, report, scan, started
from tests.factories.stock import released
from tests.shopfloor.venturi import venturi

pytestmark = pytest.mark.usefixtures("committed_db")


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run these at the same moment in threads of their own; each answers with its result or its refusal."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[place] = act()
        except Refusal as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.requirement("FLR-01")
def test_two_people_complete_the_same_card() -> None:
    run = venturi()
    card = started(run, 10)
    read(run.plant, card, "operator2")
    services.clock_in(actor=run.plant.operator2, card_id=card.pk)
    scan(run, card, released("RESIN", "500", "g").container)
    report(run, card, 5)

    def complete_as(name: str) -> Callable[[], Any]:
        actor, credentials = getattr(run.plant, name), run.plant.sign(name)
        return lambda: services.complete_card(
            actor=actor, card_id=card.pk, credentials=credentials, entered={"note": f"by {name}"}
        )

    results = together(complete_as("operator"), complete_as("operator2"))
    [lost] = [result for result in results if isinstance(result, Conflict)]
    assert lost.code == "already-completed"
    assert lost.details["input"]["note"] == ("by operator2" if results.index(lost) else "by operator")
    assert CardEvent.objects.filter(card=card, event="complete").count() == 1


def test_the_same_entry_arrives_twice_at_once() -> None:
    run = venturi()
    card = started(run, 10)
    scan(run, card, released("RESIN", "500", "g").container)
    report(run, card, 5)
    qualify(run.plant.user("operator"), "bench")
    next_card = started(run, 30)
    record(run, next_card, "30.10", "done")
    key = uuid4()
    actor, values = run.plant.operator, {**now_and_key(), "idempotency_key": key}

    def enter() -> Any:
        return services.record_step(
            actor=actor, card_id=next_card.pk, step_key="30.20", value="5.50", unit_no=1, **values
        )

    results = together(enter, enter, enter)
    assert sorted(result.repeated for result in results) == [False, True, True]
    assert StepRecord.objects.filter(idempotency_key=key).count() == 1


def test_two_reports_of_the_last_pieces() -> None:
    run = venturi()
    card = started(run, 10)
    scan(run, card, released("RESIN", "500", "g").container)
    actor = run.plant.operator

    def tell() -> Any:
        return services.report_production(actor=actor, card_id=card.pk, good=3, **now_and_key())

    results = together(tell, tell)
    assert sorted(getattr(result, "code", "") for result in results) == ["", "over-reported"]
    assert card_balance(card).good == 3
    assert PieceMove.objects.filter(card=card, target="good").count() == 1
