"""Property tests: every card balances after any moves, and any sequence of acts stays on the tables."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.core.errors import Refusal
from quality.models import Nonconformance
from quality.services import decide_disposition, mark_executed
from quality.services.dispositions import Choice
from shopfloor import services
from shopfloor.models import CardEvent, WorkCard
from shopfloor.pieces import INSIDE, fold
from shopfloor.selectors import card_balances
from shopfloor.states import CARD, Bucket
from tests.factories.floor import (
    complete,
    dispatched,
    made_item,
    operation,
    parameter,
    plant,
    process_card,
    read,
    record,
    report,
    step,
)


@st.composite
def moves(draw: st.DrawFn) -> tuple[int, list[Any]]:
    count = draw(st.integers(1, 8))
    place = dict.fromkeys(range(1, count + 1), Bucket.OUTSIDE)
    rows = [SimpleNamespace(card_id=1, source=Bucket.OUTSIDE, target=Bucket.HERE, pieces=list(place))]
    place = dict.fromkeys(place, Bucket.HERE)
    for _number in range(draw(st.integers(0, 12))):
        source = draw(st.sampled_from(sorted(set(place.values()))))
        there = [piece for piece, bucket in place.items() if bucket == source]
        chosen = draw(st.lists(st.sampled_from(there), min_size=1, unique=True))
        target = draw(st.sampled_from([bucket for bucket in INSIDE if bucket != source]))
        rows.append(SimpleNamespace(card_id=1, source=source, target=target, pieces=chosen))
        place.update(dict.fromkeys(chosen, target))
    return count, rows


@given(moves())
def test_a_card_balances_after_any_moves(made: tuple[int, list[Any]]) -> None:
    count, rows = made
    balance = fold(rows)
    numbers = balance.as_json()
    assert numbers["in"] == count
    assert numbers["in"] == sum(numbers[bucket] for bucket in INSIDE)
    assert balance.all_pieces == list(range(1, count + 1))


def test_a_piece_that_is_not_there_cannot_be_folded() -> None:
    rows = [SimpleNamespace(card_id=1, source=Bucket.HERE, target=Bucket.GOOD, pieces=[1])]
    with pytest.raises(ValueError, match="not in here"):
        fold(rows)


ACTS = (
    "start", "pause", "resume", "good", "bad", "under", "report", "scrap", "complete", "happened", "unblock", "hand_over",
    "decide_scrap", "decide_rework", "concession", "execute",
)  # fmt: skip


@pytest.fixture
def world(db: None):
    """People, a card of two operations with a loop; every example dispatches an order of its own."""
    who, made = plant(), made_item("BODY")
    limits = parameter("bore", "5.45", "5.55", below="rework_loop", above="nonconform_unit")
    one = operation(
        10, step("10.10", "reading", parameter=limits), loop={"back_to": 10, "maximum": 1}, transfer_quantity=1
    )
    process_card(made, [one, operation(20, step("20.10"), after=(10,))])
    return who, made


@pytest.mark.requirement("FLR-03")
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 3), st.integers(0, 1)), min_size=8, max_size=30))
def test_random_acts_never_reach_an_illegal_state(world, acts: list[tuple[str, int, int]]) -> None:
    """21 CFR 11.10(f): whatever people try, in whatever order, each move is one of the table and every card balances."""
    who, made = world
    run = dispatched(made, 3, who)
    read(who, run.card(10), "operator", "operator2")
    for name, piece, which in acts:
        cards = list(WorkCard.objects.filter(order=run.order).order_by("pk"))
        card = cards[min(which, len(cards) - 1)]
        with contextlib.suppress(Refusal):  # refusing is fine; what counts is what was let through
            _act(run, card, name, piece)
        _check(run)


def _act(run, card: WorkCard, name: str, piece: int) -> None:
    actor, key = run.plant.operator, f"{card.operation}.10"
    if name in ("start", "pause", "resume", "hand_over"):
        {"start": services.start_card, "pause": services.pause_card, "resume": services.resume_card,
         "hand_over": services.hand_over}[name](actor=actor, card_id=card.pk)  # fmt: skip
    elif name in ("good", "bad", "under"):
        value = {"good": "5.50", "bad": "5.60", "under": "5.40"}[name]
        record(run, card, key, value, piece, confirm_out_of_limits=True)
    elif name in ("report", "scrap"):
        report(run, card, 1 if name == "report" else 0, scrap=int(name == "scrap"), scrap_code="broken")
    elif name == "complete":
        complete(run, card)
    elif name == "happened":
        services.report_what_happened(actor=actor, card_id=card.pk, what_happened="Dropped")
    elif name == "unblock":
        services.unblock_card(actor=run.plant.quality, card_id=card.pk, reason="Seen")
    else:
        _dispose(run, name)


def _dispose(run, name: str) -> None:
    found = Nonconformance.objects.filter(order_number=run.order.number).order_by("-pk").first()
    if found is None:
        return
    if name == "execute":
        for row in found.dispositions.filter(executed_at=None):
            mark_executed(actor=run.plant.quality, disposition_id=row.pk)
        return
    kind = {"decide_scrap": "scrap", "decide_rework": "rework", "concession": "concession"}[name]
    choice = Choice(
        kind=kind,
        quantity=found.quantity,
        justification="Because",
        regulatory_requirements_met=kind == "concession" or None,
    )
    decide_disposition(
        actor=run.plant.quality, nonconformance_id=found.pk, choice=choice, credentials=run.plant.sign("quality")
    )


def _check(run) -> None:
    cards = list(WorkCard.objects.filter(order=run.order))
    allowed = {(row.source, row.event, row.target) for row in CARD}
    for event in CardEvent.objects.filter(card__in=cards).exclude(event__in=["clock_in", "clock_out"]):
        assert (event.source, event.event, event.target) in allowed
    newest = {e.card_id: e.target for e in CardEvent.objects.filter(card__in=cards).order_by("pk")}
    assert all(newest.get(card.pk, card.state) == card.state for card in cards)
    balances = card_balances(cards)
    assert all(balance.balanced for balance in balances.values())
    first, second = (next(c for c in cards if c.operation == n and c.kind == "normal") for n in (10, 20))
    assert balances[first.pk].arrived == 3
    assert balances[second.pk].arrived == balances[first.pk].good
