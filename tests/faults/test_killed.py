"""Power cuts and dead processes: an act is wholly there or not at all, and doing it again does it once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import uuid4

import dj_database_url
import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from config.local.paths import ROOT
from config.local.postgres import open_cluster
from config.local.stack import wipe
from config.local.testing import Stack
from foundation.records.verification import verify
from resources.inventory.models import GenealogyLink
from shopfloor.definition import definition_of
from shopfloor.models import CardEvent, StepRecord, WorkCard
from tests.factories.floor import complete, qualify, read, record, report, scan, started
from tests.factories.stock import released
from tests.faults.server import Server, restored, until
from tests.shopfloor.test_serials import blowers
from tests.shopfloor.venturi import venturi

FOLDER = ROOT / "var" / "test-faults"


@pytest.fixture
def server(test_stack: Stack, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Server]:
    """Django's connection leads to a durable server of this test's own; the usual one is back afterwards."""
    folder = FOLDER / str(os.getpid())
    cluster = open_cluster(folder, durable=True, version=os.environ.get("ARTERIA_PG", ""))
    server = restored(test_stack, cluster, test_stack.template)
    usual = dict(connections["default"].settings_dict)
    with django_db_blocker.unblock():
        connections.close_all()
        definition_of.cache_clear()  # cards are known by number, and the numbers of a new database begin again
        address = dj_database_url.parse(cluster.url("arteria_app", "plant"))
        connections["default"].settings_dict.update(address, ATOMIC_REQUESTS=False)
        try:
            yield server
        finally:
            connections.close_all()
            connections["default"].settings_dict.update(usual)
            definition_of.cache_clear()
            server.stop()
            wipe(folder)


def cut_off(server: Server, table: str, *words: str) -> None:
    """The act has written everything before ``table``, and then there is no database any more."""
    connections.close_all()
    with server.holding(table):
        helper = server.run(*words)
        until("that the act is in its middle", server.somebody_waits)
        server.kill()
    _out, error = helper.communicate()
    assert helper.returncode != 0, error
    server.start()


def done(server: Server, *words: str) -> None:
    helper = server.run(*words)
    out, error = helper.communicate()
    assert out == "done\n", error


def ready_to_complete() -> WorkCard:
    run = venturi()
    card = started(run, 10)
    scan(run, card, released("RESIN", "500", "g").container)
    report(run, card, 5)
    return card


@pytest.mark.requirement("PLT-10", "FLR-10")
@pytest.mark.parametrize("table", ["shopfloor_cardevent", "records_ledgerentry"])
def test_a_completion_cut_off_by_a_dead_database_is_not_there_at_all_and_then_wholly(
    server: Server, table: str
) -> None:
    card, key = ready_to_complete(), str(uuid4())
    before = server.counts()
    cut_off(server, table, "complete", str(card.pk), key)
    assert server.counts() == before
    assert WorkCard.objects.get(pk=card.pk).state == "running"
    assert verify().findings == []
    done(server, "complete", str(card.pk), key)
    connections.close_all()
    server.kill()  # the moment after somebody was told that it is done
    server.start()
    assert WorkCard.objects.get(pk=card.pk).state == "completed"
    assert CardEvent.objects.filter(card=card, event="complete").count() == 1
    after = server.counts()
    done(server, "complete", str(card.pk), key)  # the tablet, which never got its answer, asks again
    assert CardEvent.objects.filter(card=card, event="complete").count() == 1
    assert server.counts()["records_signature"] == after["records_signature"] == before["records_signature"] + 1
    assert verify().findings == []


@pytest.mark.requirement("PLT-10", "TRC-01")
def test_serials_completed_together_are_all_there_or_none(server: Server) -> None:
    run = blowers(3)
    read(run.plant, run.card(40, 1))
    plates, screws = released("PLATE-X", "10", "pcs"), released("SCREW", "100", "pcs", supplier_lot="S-9")
    words = ("units", str(run.batch.pk), "-", plates.container, screws.container)
    before = server.counts()
    cut_off(server, "records_ledgerentry", *words)
    assert server.counts() == before
    assert {run.card(40, unit).state for unit in (1, 2, 3)} == {"ready"}
    done(server, *words)
    assert {run.card(40, unit).state for unit in (1, 2, 3)} == {"completed"}
    assert GenealogyLink.objects.filter(kind="consume", card_id__isnull=False).count() == 6
    assert verify().findings == []


@pytest.mark.requirement("FLR-01", "FLR-05")
def test_an_entry_whose_web_process_was_killed_is_recorded_once_when_the_tablet_repeats_it(server: Server) -> None:
    run = venturi()
    first = started(run, 10)
    scan(run, first, released("RESIN", "500", "g").container)
    report(run, first, 5)
    complete(run, first)
    qualify(run.plant.user("operator"), "bench")
    card = started(run, 30)
    record(run, card, "30.10", "done")
    key = str(uuid4())
    connections.close_all()
    with server.holding("records_ledgerentry"):
        helper = server.run("record", str(card.pk), key)
        until("that the entry is in its middle", server.somebody_waits)
        helper.kill()
        helper.communicate()
    until("that its transaction is over", lambda: not server.somebody_waits())
    assert not StepRecord.objects.filter(idempotency_key=key).exists()
    for _again in range(2):
        done(server, "record", str(card.pk), key)
    assert StepRecord.objects.filter(idempotency_key=key).count() == 1
    assert verify().findings == []
