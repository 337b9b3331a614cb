"""The report on the tablet: good is chosen, never preset; a form that is older than the card is refused with what changed."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from shopfloor import services
from shopfloor.exceptions import NotPossible
from shopfloor.models import PieceMove, ProductionReport, WorkCard
from shopfloor.selectors import card_balance
from tests.factories.floor import Running, now_and_key, read, report, scan, started
from tests.factories.stock import released
from tests.shopfloor.venturi import venturi

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready() -> tuple[Running, WorkCard]:
    """Five finished pieces on operation 10; two people are on the card."""
    run = venturi()
    card = started(run, 10)
    read(run.plant, card, "operator2")
    services.clock_in(actor=run.plant.operator2, card_id=card.pk)
    scan(run, card, released("RESIN", "500", "g").container)
    return run, card


def client_of(run: Running, name: str) -> Client:
    client = Client()
    client.force_login(run.plant.user(name))
    return client


def opened(client: Client, card: WorkCard) -> str:
    return str(client.get(f"/shop/cards/{card.pk}/report/").content.decode())


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found is not None
    return found[1]


def send(client: Client, card: WorkCard, seen: str, **chosen: str) -> Any:
    pieces = {name.replace("_", "-"): value for name, value in chosen.items()}
    return client.post(f"/shop/cards/{card.pk}/report/", {"key": uuid4(), "seen": seen, **pieces})


def all_five(word: str, **other: str) -> dict[str, str]:
    return {**{f"piece_{number}": word for number in range(1, 6)}, **other}


@pytest.mark.requirement("FLR-13", "FLR-01")
def test_a_report_form_older_than_the_card_is_refused_and_says_what_changed(ready: tuple[Running, WorkCard]) -> None:
    run, card = ready
    first, second = client_of(run, "operator"), client_of(run, "operator2")
    seen, stale = seen_in(opened(first, card)), seen_in(opened(second, card))
    assert seen == stale
    assert send(first, card, seen, **all_five("stay", piece_1="good")).status_code == 302
    refused = send(second, card, stale, **all_five("good", piece_3="rework"))
    assert refused.status_code == 409
    shown = refused.content.decode()
    assert "piece 1: Good (reported by Operator)" in shown
    assert "Nothing was reported" in shown
    assert 'name="piece-3" value="rework" checked' in shown  # what was entered stays
    assert 'name="piece-2" value="good" required checked' in shown
    assert 'name="piece-1"' not in shown  # it went on
    assert (card_balance(card).good, card_balance(card).here) == (1, 4)
    assert ProductionReport.objects.get().good_pieces == [1]
    again = {f"piece_{number}": "good" for number in (2, 3, 4, 5)}
    assert send(second, card, seen_in(shown), **again).status_code == 302
    assert (card_balance(card).good, card_balance(card).here) == (5, 0)


def test_a_named_piece_that_is_gone_is_not_dropped_in_silence(ready: tuple[Running, WorkCard]) -> None:
    run, card = ready
    report(run, card, 1, pieces=[1])
    moves = PieceMove.objects.count()
    with pytest.raises(NotPossible) as caught:
        services.report_production(actor=run.plant.operator, card_id=card.pk, good=2, pieces=[1, 2], **now_and_key())
    assert (caught.value.code, caught.value.details["pieces"]) == ("piece-not-here", [1])
    assert (PieceMove.objects.count(), card_balance(card).good) == (moves, 1)


def test_good_is_chosen_and_one_tap_chooses_it_for_all(ready: tuple[Running, WorkCard]) -> None:
    run, card = ready
    client = client_of(run, "operator")
    page = opened(client, card)
    assert " checked" not in page.split('class="ar-pieces"')[1]
    seen = seen_in(page)
    nothing = send(client, card, seen)
    assert (nothing.status_code, ProductionReport.objects.count()) == (422, 0)
    some = send(client, card, seen, piece_1="good")
    assert (some.status_code, ProductionReport.objects.count()) == (422, 0)
    assert "piece 2, 3, 4, 5" in some.content.decode()
    marked = send(client, card, seen, mark="good", piece_3="scrap")
    assert (marked.status_code, ProductionReport.objects.count()) == (200, 0)
    shown = marked.content.decode()
    assert shown.count('value="good" required checked') == 4
    assert 'name="piece-3" value="scrap" checked' in shown
