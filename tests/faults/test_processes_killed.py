"""Worker, web server and broker die while people work: what was asked for is done, and done once.

The worker is killed first; while its lease runs out, the other tests of this module do their part.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from config.local.valkey import open_valkey
from dhr import services as dhr
from dhr.models import DeviceHistoryRecord, Package
from foundation.core import jobs
from foundation.core.canonical import content_hash
from foundation.core.models import Job, JobState
from foundation.records.models import LedgerEntry, Signature
from foundation.records.verification import verify
from foundation.records.verifier.verify import main as verify_package
from resources.inventory.models import GenealogyLink, Movement
from shopfloor.content import card_content
from shopfloor.models import CardEvent, StepRecord, WorkCard
from tests.factories.floor import Running, dispatched, plant, report, scan, started
from tests.factories.people import SECRET
from tests.factories.stock import released
from tests.faults.processes import Processes, holding, kill_children, kill_group, use_broker
from tests.faults.server import until
from tests.journeys.conftest import settings_key
from tests.shopfloor.venturi import venturi

__all__ = ["settings_key"]
pytestmark = pytest.mark.requirement("FLR-01", "FLR-09", "TRC-03", "BEY-01")
MINUTE = 60


@pytest.fixture(scope="module")
def processes(
    committed_module: None, settings_key: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Processes]:
    folder = tmp_path_factory.mktemp("processes")
    valkey = open_valkey(folder, durable=False)
    made = Processes(folder, valkey, valkey.start())
    with use_broker(valkey.url()):
        yield made
    made.close()


@pytest.fixture(scope="module")
def run(processes: Processes) -> Running:
    """Five venturis whose operation 10 is scanned, reported and to be signed."""
    made = venturi(plant())
    card = started(made, 10)
    scan(made, card, released("RESIN", "5000", "g").container)
    report(made, card, 5)
    return made


@dataclass
class KilledWorker:
    job: int
    before: set[str]  # packages of other tests
    left: set[str]


@pytest.fixture(scope="module")
def killed_worker(processes: Processes, run: Running) -> KilledWorker:
    """A package was asked for; the worker had it packed and died before it could note it. Another worker runs now."""
    record = DeviceHistoryRecord.objects.get(batch=run.batch)
    with pytest.MonkeyPatch.context() as patch:  # what a record must have is proven elsewhere: here it must be signed
        patch.setattr("dhr.services.reviewing.blockers_of", lambda *_args, **_more: [])
        dhr.review_record(actor=run.plant.releaser, record_id=record.pk, credentials=run.plant.sign("releaser"))
    worker = processes.start_worker()
    before = packages()
    with holding("dhr_package") as somebody_waits:
        job = dhr.request_package(actor=run.plant.releaser, record_id=record.pk)
        somebody_waits()
        kill_group(worker)
    left = packages() - before
    processes.start_worker()
    return KilledWorker(job.pk, before, left)


def packages() -> set[str]:
    return {path.name for path in folder().glob("*")}


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "packages"


def test_a_killed_worker_leaves_nothing_that_anybody_sees(killed_worker: KilledWorker, run: Running) -> None:
    assert not Package.objects.exists()
    assert Job.objects.get(pk=killed_worker.job).state == JobState.RUNNING
    assert killed_worker.left == {f"making-{killed_worker.job}-1.zip"}
    client = Client()
    client.force_login(run.plant.user("releaser"))
    record = DeviceHistoryRecord.objects.get(batch=run.batch)
    page = client.get(f"/dhr/{record.number}/packages/").content.decode()
    assert ".zip" not in page


class Tablet:
    """A tablet with its person's session, which speaks to the web server over a real connection."""

    def __init__(self, port: int, run: Running, name: str) -> None:
        client = Client()
        client.force_login(run.plant.user(name))
        self.port, self.cookie = port, f"sessionid={client.cookies['sessionid'].value}; csrftoken={'c' * 32}"

    def send(self, card: WorkCard, what: str, **data: Any) -> http.client.HTTPConnection:
        """The request is on its way; nobody has waited for an answer yet."""
        talk = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        body = urlencode({"csrfmiddlewaretoken": "c" * 32, **data})
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        talk.request("POST", f"/shop/cards/{card.pk}/{what}/", body, headers)
        return talk

    def post(self, card: WorkCard, what: str, **data: Any) -> int:
        with contextlib.closing(self.send(card, what, **data)) as talk:
            return talk.getresponse().status


@pytest.fixture(scope="module")
def web(processes: Processes) -> Iterator[tuple[Any, int]]:
    master, port = processes.start_web()
    until("that the web server listens", lambda: _listens(port))
    return master, port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_web_process_dies_in_the_middle_of_a_scan_and_the_tablet_sends_it_again(
    killed_worker: KilledWorker, run: Running, web: tuple[Any, int]
) -> None:
    second = dispatched(run.order.item, 5, run.plant)
    card = started(second, 10)
    tablet, key = Tablet(web[1], run, "operator"), uuid4()
    container = released("RESIN", "500", "g").container
    asked = {"step_key": "10.10", "code": container, "key": key}
    with holding("records_ledgerentry") as somebody_waits:
        talk = tablet.send(card, "scan", **asked)
        somebody_waits()
        kill_children(web[0])
        with contextlib.closing(talk), pytest.raises((http.client.HTTPException, OSError)):
            talk.getresponse()
    assert not StepRecord.objects.filter(card=card).exists()
    assert not Movement.objects.filter(card_id=card.pk).exists()

    assert [tablet.post(card, "scan", **asked) for _again in range(2)] == [302, 302]
    assert StepRecord.objects.filter(card=card, idempotency_key=key).count() == 1
    assert Movement.objects.filter(card_id=card.pk).count() == 1
    assert GenealogyLink.objects.filter(card_id=card.pk).count() == 1


def test_the_answer_to_a_signature_is_lost_and_the_tablet_sends_it_again(
    killed_worker: KilledWorker, run: Running, web: tuple[Any, int]
) -> None:
    card, tablet, key = run.card(10), Tablet(web[1], run, "operator"), uuid4()
    shown = content_hash(card_content(card))
    asked = {"identity": "operator", "secret": SECRET, "key": key, "shown": shown, "dialog": uuid4().hex}
    talk = tablet.send(card, "complete", **asked)
    until("that the card is completed", lambda: WorkCard.objects.get(pk=card.pk).state == "completed")
    kill_children(web[0])
    talk.close()

    assert tablet.post(card, "complete", **asked) == 302
    assert CardEvent.objects.filter(card=card, event="complete").count() == 1
    assert Signature.objects.filter(record_label="shopfloor.workcard", record_id=card.pk).count() == 1
    assert LedgerEntry.objects.filter(verb="shopfloor.card.completed", subject_id=card.pk).count() == 1


def test_the_package_is_made_once_after_the_restart(killed_worker: KilledWorker) -> None:
    until("the package", lambda: Job.objects.get(pk=killed_worker.job).state == JobState.DONE)
    job = Job.objects.get(pk=killed_worker.job)
    package = Package.objects.get()
    assert job.attempts == 2
    assert job.result == {"package": package.pk}
    assert packages() - killed_worker.before == {f"{package.sha256}.zip"}
    assert LedgerEntry.objects.filter(verb="dhr.package.made").count() == 1
    archive = folder() / f"{package.sha256}.zip"
    assert zipfile.is_zipfile(archive)
    assert verify_package([str(archive), "--key", package.key_fingerprint]) == 0


def test_that_is_within_a_minute_of_the_restart() -> None:
    """The lease runs out, beat looks, and half a minute is left for the work."""
    looks_every = settings.CELERY_BEAT_SCHEDULE["reclaim-jobs"]["schedule"]
    assert jobs.LEASE.total_seconds() + looks_every <= MINUTE - 20


def test_the_broker_is_down_for_a_part_of_the_journey(
    processes: Processes, killed_worker: KilledWorker, run: Running
) -> None:
    processes.kill_broker()
    container = released("RESIN", "500", "g")
    third = dispatched(run.order.item, 5, run.plant)
    card = started(third, 10)
    scan(third, card, container.container)
    report(third, card, 5)
    waiting = list(Job.objects.filter(state=JobState.QUEUED))
    assert {job.kind for job in waiting} == {"printing.render"}
    assert verify().findings == []

    processes.revive_broker()
    mine = Job.objects.filter(pk__in=[job.pk for job in waiting])
    until("that the jobs follow", lambda: not mine.exclude(state=JobState.DONE).exists())
    assert set(mine.values_list("attempts", flat=True)) == {1}
