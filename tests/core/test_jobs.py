"""Jobs: the queue of record. Broker down, worker killed, handler failing: no work is lost, none is done twice at once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction

from foundation.core import clock, events, jobs, tasks
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.events import Event
from foundation.core.models import Job, JobState
from foundation.records.act import act

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]
WORKER = Actor.system("tests")
calls: list[Any] = []
behaviour: dict[str, Any] = {}


def do_it(job: Job, progress: jobs.Progress) -> dict[str, Any] | None:
    """The handler of these tests: does what the test tells it to."""
    calls.append(job.payload)
    return behaviour.get("do", lambda *_: {"made": "package"})(job, progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOpened(Event):
    code: str


def on_site_opened(event: SiteOpened) -> None:
    calls.append(event.code)


def refuse_site(event: SiteOpened, actor: Actor) -> None:
    raise NotValid(f"no {event.code}")


@pytest.fixture(autouse=True)
def handler(monkeypatch: pytest.MonkeyPatch) -> None:
    calls.clear()
    behaviour.clear()
    monkeypatch.setitem(jobs._handlers, "tests.do", "tests.core.test_jobs.do_it")
    monkeypatch.setattr(jobs._quiet, "until", 0.0)


def enqueue(key: str = "k1") -> Job:
    return jobs.enqueue("tests.do", unique_key=key, payload={"n": 1}, requested_by="Li Na")


def test_asking_twice_is_asking_once() -> None:
    assert enqueue() == enqueue()
    assert jobs.run_waiting() == 1
    assert jobs.run_waiting() == 0
    assert calls == [{"n": 1}]


def test_a_done_job_keeps_result_and_moment() -> None:
    job = enqueue()
    assert jobs.run(job.pk) is True
    job.refresh_from_db()
    assert (job.state, job.progress, job.result, job.requested_by) == (JobState.DONE, 100, {"made": "package"}, "Li Na")
    assert job.finished_at is not None
    assert jobs.run(job.pk) is False


def test_a_rolled_back_act_leaves_no_job() -> None:
    with pytest.raises(NotValid), act(actor=WORKER, verb="t.t.t"):
        enqueue()
        raise NotValid("no")
    assert not Job.objects.exists()


def test_the_worker_is_nudged_after_the_commit_and_not_before(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    nudged: list[int] = []
    monkeypatch.setattr(jobs, "_nudge", [nudged.append])
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue()
        assert nudged == []
    assert nudged == [job.pk]


def test_a_broker_that_is_down_does_not_disturb_the_act(
    monkeypatch: pytest.MonkeyPatch, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """The real Celery call against a port where nothing listens: the job waits, beat finds it."""
    from config.celery import app  # noqa: PLC0415

    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(jobs, "_nudge", [tasks._send])
    start = clock.now()
    with django_capture_on_commit_callbacks(execute=True), act(actor=WORKER, verb="t.t.t"):
        job = enqueue()
    assert clock.now() - start < timedelta(seconds=5)
    assert jobs.waiting() == [job.pk]
    tasks.reclaim_jobs()
    assert calls == [{"n": 1}]


def test_a_broker_that_hangs_is_not_waited_for_at_every_act(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def hang(job_id: int) -> None:
        asked.append(job_id)
        raise TimeoutError

    monkeypatch.setattr(jobs, "_nudge", [hang])
    for number in range(1, 50):
        jobs.nudge(number)
    assert asked == [1]
    monkeypatch.setattr(jobs._quiet, "until", 0.0)  # the while is over
    jobs.nudge(50)
    assert asked == [1, 50]


def test_a_failed_job_keeps_its_reason_waits_and_is_tried_again() -> None:
    def fail(*_: Any) -> None:
        raise ValueError("no paper")

    behaviour["do"] = fail
    with time_machine.travel("2026-03-01 08:00:00+00:00", tick=False) as moment:
        job = enqueue()
        assert jobs.run(job.pk) is False
        job.refresh_from_db()
        assert (job.state, job.attempts, job.error.strip()) == (JobState.QUEUED, 1, "ValueError: no paper")
        assert jobs.waiting() == []
        moment.shift(2.1)
        behaviour.clear()
        assert jobs.run_waiting() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == (JobState.DONE, 2, "")


def test_after_five_failures_it_stays_failed_with_the_reason() -> None:
    behaviour["do"] = lambda *_: 1 / 0
    with time_machine.travel("2026-03-01 08:00:00+00:00", tick=False) as moment:
        job = enqueue()
        for _ in range(7):
            jobs.run(job.pk)
            moment.shift(100)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.FAILED, 5)
    assert "ZeroDivisionError" in job.error


class TestKilledWorker:
    def test_its_job_is_taken_up_when_the_lease_runs_out(self) -> None:
        with time_machine.travel("2026-03-01 08:00:00+00:00", tick=False) as moment:
            job = enqueue()
            assert jobs.claim(job.pk) is not None  # … and the worker dies here
            assert jobs.claim(job.pk) is None
            assert jobs.waiting() == []
            moment.shift(31)
            assert jobs.waiting() == [job.pk]
            assert jobs.run_waiting() == 1
        job.refresh_from_db()
        assert (job.state, job.attempts) == (JobState.DONE, 2)

    def test_progress_renews_the_lease(self) -> None:
        with time_machine.travel("2026-03-01 08:00:00+00:00", tick=False) as moment:
            job = jobs.claim(enqueue().pk)
            assert job is not None
            moment.shift(25)
            jobs.Progress(job).report(40, "page 40 of 100")
            moment.shift(25)
            assert jobs.claim(job.pk) is None
        job.refresh_from_db()
        assert (job.progress, job.message) == (40, "page 40 of 100")

    def test_a_worker_that_was_taken_for_dead_cannot_overwrite_its_successor(self) -> None:
        with time_machine.travel("2026-03-01 08:00:00+00:00", tick=False) as moment:
            slow = jobs.claim(enqueue().pk)
            assert slow is not None
            moment.shift(31)
            behaviour["do"] = lambda *_: {"made": "by the second"}
            assert jobs.run(slow.pk)
            jobs.Progress(slow).report(10, "still here")
        slow.refresh_from_db()
        assert (slow.state, slow.progress, slow.message) == (JobState.DONE, 100, "")

    def test_a_job_that_kills_its_worker_each_time_ends_as_failed(self) -> None:
        with time_machine.travel("2026-03-01 08:00:00+00:00", tick=False) as moment:
            job = enqueue()
            for _ in range(jobs.MAX_ATTEMPTS):
                assert jobs.claim(job.pk) is not None
                moment.shift(31)
            assert jobs.claim(job.pk) is None
        job.refresh_from_db()
        assert job.state == JobState.FAILED
        assert "worker" in job.error


class TestEvents:
    def test_after_the_act_each_handler_gets_a_job_in_its_transaction(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(events._after, SiteOpened, ("tests.core.test_jobs.on_site_opened",))
        with act(actor=WORKER, verb="t.t.t") as this:
            this.publish(SiteOpened(code="SH2"))
            assert not Job.objects.exists()
        assert Job.objects.get().payload["data"] == {"code": "SH2"}
        assert jobs.run_waiting() == 1
        assert calls == ["SH2"]

    def test_a_handler_in_the_transaction_may_refuse_the_act(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(events._in_transaction, SiteOpened, ("tests.core.test_jobs.refuse_site",))
        monkeypatch.setitem(events._after, SiteOpened, ("tests.core.test_jobs.on_site_opened",))
        with pytest.raises(NotValid, match="no SH2"), act(actor=WORKER, verb="t.t.t") as this:
            this.publish(SiteOpened(code="SH2"))
        assert not Job.objects.exists()

    def test_a_question_is_answered_by_every_provider_and_some_by_exactly_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert events.ask("nobody.answers") == []
        with pytest.raises(LookupError, match="exactly one"):
            events.ask_one("nobody.answers")
        monkeypatch.setitem(events._providers, "t.q", ("foundation.core.clock.today", "foundation.core.clock.today"))
        assert len(events.ask("t.q")) == 2
        with pytest.raises(LookupError, match="lists 2"):
            events.ask_one("t.q")


def test_run_waiting_survives_a_job_in_an_aborted_transaction() -> None:
    from django.db import connection  # noqa: PLC0415

    def break_it(*_: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    behaviour["do"] = break_it
    job = enqueue()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert "division by zero" in job.error
