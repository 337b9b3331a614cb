"""Two people at once, with real commits: one wins, the other is told, nothing is written twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from foundation.core.errors import Refusal
from foundation.records.models import Signature
from resources.inventory.models import GenealogyLink, Movement
from shopfloor import services
from shopfloor.exceptions import Conflict
from shopfloor.models import CardEvent, PieceMove, StepRecord
from shopfloor.selectors import card_balance
from tests.factories.floor import now_and_key, qualify, read, record, report, scan, started
from tests.factories.people import SECRET
from tests.factories.signing import dialog_on
from tests.factories.stock import released
from tests.shopfloor.test_serials import blowers
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


@pytest.mark.requirement("FLR-01", "TRC-01")
def test_two_people_complete_the_same_serials_together() -> None:
    run = blowers(3)
    for name in ("operator", "operator2"):
        read(run.plant, run.card(40, 1), name)
    plates, screws = released("PLATE-X", "10", "pcs"), released("SCREW", "100", "pcs", supplier_lot="S-9")

    def complete_as(name: str) -> Callable[[], Any]:
        actor, credentials = getattr(run.plant, name), run.plant.sign(name)
        return lambda: services.complete_units(
            actor=actor, batch_id=run.batch.pk, operation=40, units=[1, 2, 3],
            containers={"A7": [plates.container], "A12": [screws.container]}, credentials=credentials,
        )  # fmt: skip

    results = together(complete_as("operator"), complete_as("operator2"))
    [lost] = [result for result in results if isinstance(result, Refusal)]
    assert (lost.code, lost.details["input"]) == ("already-completed", {"units": [1, 2, 3]})
    cards = [run.card(40, number).pk for number in (1, 2, 3)]
    for unit, left in ((plates, 7), (screws, 88)):
        unit.refresh_from_db()
        assert unit.quantity == left
    assert GenealogyLink.objects.filter(card_id__in=cards, kind="consume").count() == 6
    assert Signature.objects.filter(record_label="shopfloor.workcard", record_id__in=cards).count() == 3


@pytest.mark.requirement("FLR-01")
def test_who_comes_second_is_told_on_the_tablet_by_whom() -> None:
    run = venturi()
    card = started(run, 10)
    read(run.plant, card, "operator2")
    services.clock_in(actor=run.plant.operator2, card_id=card.pk)
    scan(run, card, released("RESIN", "500", "g").container)
    report(run, card, 5)
    clients = {name: Client() for name in ("operator", "operator2")}
    for name, client in clients.items():
        client.force_login(run.plant.user(name))
        assert "All done: sign the card" in client.get(f"/shop/cards/{card.pk}/").content.decode()

    def sign(name: str) -> Callable[[], Any]:
        seen = dialog_on(clients[name], f"/shop/cards/{card.pk}/", "/complete/")
        entered = {"key": uuid4(), "identity": name, "secret": SECRET, **seen}
        return lambda: clients[name].post(f"/shop/cards/{card.pk}/complete/", entered)

    answers = dict(zip(clients, together(sign("operator"), sign("operator2")), strict=True))
    assert sorted(answer.status_code for answer in answers.values()) == [302, 409]
    [winner] = [name for name, answer in answers.items() if answer.status_code == 302]
    [told] = [answer.content.decode() for answer in answers.values() if answer.status_code == 409]
    assert f"{winner.title()} completed this card first." in told
    assert "This card is completed" in told
    assert "All done: sign the card" not in told
    assert Signature.objects.filter(record_label="shopfloor.workcard", record_id=card.pk).count() == 1


@pytest.mark.requirement("FLR-09")
def test_a_double_tap_does_once_what_it_asks_for() -> None:
    """Scan, report and signature, each sent twice at the same moment under one key."""
    run = venturi()
    card, actor = started(run, 10), run.plant.operator
    container = released("RESIN", "500", "g")

    def twice(act: Callable[..., Any], **given: Any) -> list[Any]:
        return together(*[lambda: act(actor=actor, card_id=card.pk, **given)] * 2)

    twice(services.scan_container, code=container.container, **now_and_key())
    container.refresh_from_db()
    assert (Movement.objects.filter(card_id=card.pk).count(), container.quantity) == (1, 400)
    twice(services.report_production, good=5, **now_and_key())
    assert (card_balance(card).good, PieceMove.objects.filter(card=card, target="good").count()) == (5, 1)
    done = twice(services.complete_card, credentials=run.plant.sign("operator"), idempotency_key=uuid4())
    assert [result.state for result in done] == ["completed", "completed"]
    assert Signature.objects.filter(record_label="shopfloor.workcard", record_id=card.pk).count() == 1
    assert CardEvent.objects.filter(card=card, event="complete").count() == 1
