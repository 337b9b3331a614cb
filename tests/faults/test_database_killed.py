"""The database dies in the middle of a completion: afterwards it is wholly there, or nothing of it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from bom.models import Item
from foundation.records import sealing
from foundation.records.models import LedgerEntry, Signature
from foundation.records.verification import verify
from resources.inventory.models import GenealogyLink, Movement
from shopfloor import services
from shopfloor.models import CardEvent, PieceMove, WorkCard
from tests.factories.floor import (
    Plant,
    Running,
    dispatched,
    line,
    made_item,
    operation,
    plant,
    process_card,
    read,
    report,
    scan,
    started,
    step,
)
from tests.factories.stock import item, released
from tests.faults.mortal import Mortal, everything, grown, hold
from tests.shopfloor.venturi import venturi

pytestmark = [pytest.mark.pg15, pytest.mark.requirement("FLR-01", "TRC-05")]
# Where the act is stopped and the database killed.
SIGNATURE, LEDGER = "records_signature", "records_ledgerentry"  # the ledger's entry is the last row before the commit


class Completing:
    """An act of the floor that is ready to be done: what it is, and what it leaves behind when it was done once."""

    whole: tuple[int, ...]

    def __init__(self, act: Callable[[], Any], cards: list[int]) -> None:
        self.act, self.cards = act, cards

    def states(self) -> set[str]:
        return set(WorkCard.objects.filter(pk__in=self.cards).values_list("state", flat=True))


class OneCard(Completing):
    """Operation 10 of five venturis: scanned, reported, to be signed."""

    @classmethod
    def ready(cls, who: Plant) -> OneCard:
        made = Item.objects.filter(number="VENTURI").first()
        run = dispatched(made, 5, who) if made else venturi(who)
        card = started(run, 10)
        scan(run, card, released("RESIN", "500", "g").container)
        report(run, card, 5)
        actor, credentials = who.operator, who.sign("operator")
        return cls(lambda: services.complete_card(actor=actor, card_id=card.pk, credentials=credentials), [card.pk])

    def rows(self) -> tuple[int, ...]:
        """Events, signatures, ledger entries of the completion."""
        return (
            CardEvent.objects.filter(card__in=self.cards, event="complete").count(),
            Signature.objects.filter(record_label="shopfloor.workcard", record_id__in=self.cards).count(),
            LedgerEntry.objects.filter(
                verb="shopfloor.card.completed", subject_id__in=self.cards, outcome="done"
            ).count(),
        )

    whole = (1, 1, 1)


class ThreeSerials(Completing):
    """Operation 40 of three serials together: stock is used up, links are made, each card gets its signature."""

    @classmethod
    def ready(cls, who: Plant) -> ThreeSerials:
        run = _serials(who)
        read(who, run.card(40, 1))
        screws = released("SCREW", "100", "pcs")
        actor, credentials = who.operator, who.sign("operator")
        made = cls(
            lambda: services.complete_units(
                actor=actor,
                batch_id=run.batch.pk,
                operation=40,
                units=[1, 2, 3],
                containers={"A12": [screws.container]},
                credentials=credentials,
            ),
            [run.card(40, number).pk for number in (1, 2, 3)],
        )
        made.stock, made.batch = screws, run.batch.pk
        return made

    def rows(self) -> tuple[int, ...]:
        """Movements and links of the stock, what is left of it, events, signatures, moves of pieces, ledger entries."""
        self.stock.refresh_from_db()
        return (
            Movement.objects.filter(stock_unit=self.stock, card_id__in=self.cards).count(),
            GenealogyLink.objects.filter(card_id__in=self.cards).count(),
            int(self.stock.quantity),
            CardEvent.objects.filter(card__in=self.cards, event="complete_together").count(),
            Signature.objects.filter(record_label="shopfloor.workcard", record_id__in=self.cards).count(),
            PieceMove.objects.filter(card__in=self.cards, target="good").count(),
            LedgerEntry.objects.filter(verb="shopfloor.units.completed", subject_id=self.batch, outcome="done").count(),
        )

    whole = (3, 3, 88, 3, 3, 3, 1)


def _serials(who: Plant) -> Running:
    if made := Item.objects.filter(number="BLOWER").first():
        return dispatched(made, 3, who)
    made, screw = made_item("BLOWER", "serial"), item("SCREW", "pcs")
    process_card(
        made,
        [
            operation(40, step("40.10", "material_scan", materials=["A12"])),
            operation(60, step("60.10", "checklist"), after=(40,)),
        ],
        [line("A12", screw, "4", 40)],
    )
    return dispatched(made, 3, who)


@pytest.fixture(scope="module")
def who(mortal: Mortal) -> Iterator[Plant]:
    made = plant()
    sealing.make_seals()
    return made


def killed_while(mortal: Mortal, act: Callable[[], Any], point: str) -> BaseException:
    """What the person's process is told when the database dies while the act is at this point."""
    told: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:  # whatever it is told is what is looked at
            told.append(error)
        finally:
            connection.close()

    with hold(mortal, point) as held:
        acting = threading.Thread(target=run)
        acting.start()
        held.wait_for_somebody(lambda: not acting.is_alive())
        connection.close()
        mortal.kill_database()
        acting.join()
    mortal.revive_database()
    [error] = told
    return error


@pytest.mark.parametrize(
    ("kind", "table"),
    [(OneCard, SIGNATURE), (OneCard, LEDGER), (ThreeSerials, "inventory_movement"), (ThreeSerials, LEDGER)],
)
def test_nothing_of_it_is_there_and_the_same_act_can_be_done_again(
    mortal: Mortal, who: Plant, kind: type[Completing], table: str
) -> None:
    completing = kind.ready(who)
    before, states = everything(mortal), completing.states()
    error = killed_while(mortal, completing.act, f"LOCK TABLE {table} IN SHARE MODE")
    assert isinstance(error, OperationalError)
    assert grown(before, everything(mortal)) == {}
    assert completing.states() == states

    completing.act()
    assert (completing.states(), completing.rows()) == ({"completed"}, completing.whole)
    assert verify().findings == []


def test_what_people_were_told_is_done_is_there_after_the_fall(mortal: Mortal, who: Plant) -> None:
    both = OneCard.ready(who), ThreeSerials.ready(who)
    for completing in both:
        completing.act()
    mortal.kill_database()
    connection.close()
    mortal.revive_database()
    for completing in both:
        assert (completing.states(), completing.rows()) == ({"completed"}, completing.whole)
    sealing.make_seals()
    assert verify().findings == []
