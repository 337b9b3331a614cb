"""The demo's story behind the first page: told scene by scene, once, whatever interrupts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings

from demo.narrator import Narrator
from demo.story import SCENES, define, proven
from demo.telling import KIND, begin, tell_scene, underway
from dhr.compile import load_scope
from dhr.compile.units import piece_states
from foundation.core import clock, jobs
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.jobs import Progress
from foundation.core.models import Job, JobState
from foundation.records import verification
from foundation.records.models import LedgerEntry, Outcome
from quality.models import Disposition, Nonconformance
from resources.inventory.models import GenealogyLink, Hold, Receipt
from shopfloor.models import (
    CardEvent,
    Correction,
    Handover,
    ProductionReport,
    SampleExclusion,
    SecondCheck,
    StepRecord,
    TestFile,
    WorkCard,
    WorkOrder,
)
from tests.factories.people import person, site, sync_roles

READER = Actor.system("reader")
# What an uninterrupted telling leaves.
STEPS, SECOND_CHECKS, HOLDS = 82, 4, 2
LINKS = {"consume": 30, "split": 2, "remove": 1}
ONE_REFUSAL = (
    "still-problems author author-cannot-approve not-qualified wrong-item expired held calibration-overdue waiting "
    "first-piece-pending confirm-out-of-limits component-unreleased file-used transition-not-allowed"
)
REFUSED = {**dict.fromkeys(ONE_REFUSAL.split(), 1), "permission-denied": 2, "same-person": 2}


class Killed(BaseException):
    """As a killed worker: nothing catches it."""


@contextmanager
def killed_after(acts: int) -> Iterator[None]:
    """Nothing reaches the database any more once so many acts have been written and committed."""
    seen = 0

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal seen
        if seen >= acts and not connection.in_atomic_block:
            raise Killed
        seen += 'INSERT INTO "records_ledgerentry"' in sql
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield


def tell_interrupted(job: Job, acts: int) -> int:
    """The scene of this job, taken up again and again, each time for one act more. Returns how often it was killed."""
    kills = 0
    while True:
        job.refresh_from_db()
        try:
            with killed_after(acts + kills):
                tell_scene(job, Progress(job))
        except Killed:
            kills += 1
            assert kills < 200, job
        else:
            Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
            return kills


@pytest.mark.requirement("CFG-04")
def test_a_story_that_is_killed_again_and_again_is_told_once(committed_module: None) -> None:
    call_command("sync_roles", stdout=StringIO())
    define(Narrator())
    begin()
    kills = 0
    for number in range(len(SCENES)):
        job = Job.objects.get(unique_key=f"{KIND}:{number}")
        [shown] = underway(READER)
        assert (shown.progress, str(shown.message)) == (100 * number // len(SCENES), str(SCENES[number].title))
        kills += tell_interrupted(job, acts=30 if number == 0 else 4)
    assert kills > 20
    assert list(underway(READER)) == []
    assert Job.objects.filter(kind=KIND).count() == len(SCENES)

    assert {order.item.number: order.state for order in WorkOrder.objects.select_related("item")} == {
        "ADAPTER-PLATE": "completed",
        "VENTURI": "completed",
        "BLOWER": "completed",
    }
    assert [record.state for record in proven()] == ["released"] * 3
    venturi = load_scope(proven()[0])
    assert piece_states(venturi) == {1: "good", 2: "good", 3: "good", 4: "scrapped", 5: "good"}
    once = (Nonconformance, Disposition, Handover, Correction, SampleExclusion)
    assert {model.__name__: model.objects.count() for model in once} == {model.__name__: 1 for model in once}
    assert (SecondCheck.objects.count(), TestFile.objects.count()) == (SECOND_CHECKS, 2)
    assert Hold.objects.count() == HOLDS
    assert (
        ProductionReport.objects.count() == WorkCard.objects.count() + 1
    )  # the reaming of venturis was reported twice
    signed = CardEvent.objects.filter(target="completed").values_list("card_id", flat=True)
    assert Counter(signed) == Counter(WorkCard.objects.values_list("pk", flat=True))
    assert StepRecord.objects.count() == STEPS
    assert Counter(GenealogyLink.objects.values_list("kind", flat=True)) == LINKS
    assert Receipt.objects.count() == Receipt.objects.values("lot__item", "lot__supplier_lot").distinct().count()
    refused = Counter(LedgerEntry.objects.filter(outcome=Outcome.REFUSED).values_list("data__code", flat=True))
    assert all(1 <= times <= 2 * REFUSED.get(code, 0) for code, times in refused.items()), refused
    assert refused.keys() == REFUSED.keys()
    assert verification.verify().findings == []


def test_a_scene_that_fails_is_shown_with_its_reason(db: None) -> None:
    """Without a plant there is nothing to tell in: each try ends in the job, the last one for good."""
    job = begin()
    for _try in range(jobs.MAX_ATTEMPTS):
        Job.objects.update(not_before=clock.now())
        assert jobs.run(job.pk) is False
    [shown] = underway(READER)
    assert (shown.state, shown.progress) == (JobState.FAILED, 0)
    assert "DoesNotExist" in shown.error
    assert Job.objects.count() == 1


def test_the_first_start_asks_for_the_story_once(db: None) -> None:
    first, again = begin(), begin()
    assert (first.pk, first.kind, first.payload) == (again.pk, KIND, {"scene": 0})


def test_where_there_is_a_plant_nothing_is_loaded_and_nothing_told(db: None) -> None:
    site()
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert "nothing was loaded" in out.getvalue()
    assert not Job.objects.exists()


@override_settings(DEMO=False)
def test_outside_the_demo_no_story_is_told_or_shown(db: None) -> None:
    with pytest.raises(NotValid, match="not the demo"):
        begin()
    assert not Job.objects.exists()
    assert list(underway(READER)) == []


def test_home_shows_the_story_until_it_has_ended(db: None) -> None:
    sync_roles()
    client = Client()
    client.force_login(person("auditor", "auditor"), backend="foundation.accounts.backends.PlantBackend")
    assert "underway" not in client.get("/").content.decode()
    job = begin()
    page = client.get("/").content.decode()
    assert "The demo&#x27;s story is being told" in page
    assert "Material is received, checked and released" in page
    assert 'hx-get="/underway/"' in page
    polled = client.get("/underway/")
    assert ("HX-Refresh" in polled.headers, 'value="0"' in polled.content.decode()) == (False, True)
    client.cookies["django_language"] = "zh-hans"
    assert "演示工厂的故事正在进行" in client.get("/underway/").content.decode()
    client.cookies["django_language"] = "en"
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, payload={"scene": len(SCENES) - 1})
    assert client.get("/underway/").headers["HX-Refresh"] == "true"
