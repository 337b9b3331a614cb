"""The queue of record. A job is written in the act's transaction; Celery is only nudged, and may be down."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from foundation.core import clock, events
from foundation.core.models import Job, JobState

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=settings.JOB_LEASE_SECONDS)
MAX_ATTEMPTS = 5
RENEW_EVERY = LEASE.total_seconds() / 3  # a thread renews the lease for as long as the worker lives

QUIET = 30.0  # seconds


class _Quiet:
    until = 0.0


_quiet = _Quiet()
_handlers: dict[str, str] = {}
_given_up: dict[str, str] = {}
_nudge: list[Callable[[int], None]] = []


class Later(Exception):
    """Raised by a handler that finds its moment not yet come: the job waits until then, and this was no attempt."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def register(kinds: Mapping[str, str], given_up: Mapping[str, str] | None = None) -> None:
    """Job kind → dotted path of ``handler(job, progress) -> dict | None``. Called from config/subscriptions.py.

    ``given_up``: kind → path of ``handler(job)``, called once when its last attempt has failed: whatever waits for the job
    waits no more.
    """
    _handlers.update(kinds)
    _given_up.update(given_up or {})


def nudge_with(function: Callable[[int], None]) -> None:
    """How a committed job is announced to the worker (set by core.tasks)."""
    _nudge[:] = [function]


def enqueue(
    kind: str,
    *,
    unique_key: str,
    payload: Mapping[str, Any],
    requested_by: str = "",
    not_before: datetime | None = None,
) -> Job:
    """Write the job in the current transaction (or find the one with this key) and nudge the worker after commit.

    With ``not_before`` it waits until then, and beat finds it.
    """
    job, created = Job.objects.get_or_create(
        unique_key=unique_key,
        defaults={
            "kind": kind,
            "payload": dict(payload),
            "created_at": clock.now(),
            "requested_by": requested_by,
            "not_before": not_before,
        },
    )
    if created and not_before is None:
        transaction.on_commit(lambda: nudge(job.pk))
    return job


def enqueue_event(event: events.Event, key: str) -> None:
    """One job per handler of the *after* column; ``key`` is unique for this occurrence of the event."""
    name = f"{type(event).__module__}:{type(event).__qualname__}"
    for path in events.handlers_after(type(event)):
        enqueue(
            "event", unique_key=f"event:{path}:{key}", payload={"event": name, "handler": path, "data": asdict(event)}
        )


def nudge(job_id: int) -> None:
    """Tell the worker; a broker that is down is not an error, beat will find the job.

    After a broker has failed it is left alone for a while: it must not cost every act its patience.
    """
    if time.monotonic() < _quiet.until:
        return
    for function in _nudge:
        try:
            function(job_id)
        except Exception:  # the job is in the database: whatever the broker says, nothing is lost
            _quiet.until = time.monotonic() + QUIET
            logger.warning("The broker does not answer; job %s and the next ones are found by beat", job_id)


class Progress:
    """Handed to the handler: renews the lease and shows people how far it is.

    ``attempts`` is the fence: a worker that was taken for dead writes nothing over the one that took up its job.
    """

    def __init__(self, job: Job) -> None:
        self.job = job

    def report(self, percent: int, message: str = "") -> None:
        Job.objects.filter(pk=self.job.pk, attempts=self.job.attempts, state=JobState.RUNNING).update(
            progress=min(100, max(0, percent)), message=message[:200], lease_until=clock.now() + LEASE
        )


def claim(job_id: int) -> Job | None:
    """Take the job if it is free (queued, or its lease ran out); None when another worker has it or it is finished."""
    moment = clock.now()
    # A job that took its worker with it each time is not taken up for ever.
    lost = Job.objects.filter(
        pk=job_id, state=JobState.RUNNING, lease_until__lt=moment, attempts__gte=MAX_ATTEMPTS
    ).update(state=JobState.FAILED, lease_until=None, error="Each worker that took it up was gone before it was done.")
    if lost:
        _give_up(Job.objects.get(pk=job_id))
    taken = (
        Job.objects.filter(pk=job_id)
        .filter(Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=moment))
        .filter(Q(not_before=None) | Q(not_before__lte=moment))
        .update(state=JobState.RUNNING, lease_until=moment + LEASE, attempts=F("attempts") + 1)
    )
    return Job.objects.get(pk=job_id) if taken else None


def run(job_id: int) -> bool:
    """Claim and do one job. True when this call did it. A failure is kept, with its reason, and tried again later."""
    job = claim(job_id)
    if job is None:
        return False
    try:
        handler = _run_event if job.kind == "event" else events.resolve(_handlers[job.kind])
        with _renewed_lease(job):
            result = handler(job, Progress(job)) or {}
    except Later as later:
        Job.objects.filter(pk=job.pk, attempts=job.attempts).update(
            state=JobState.QUEUED, lease_until=None, not_before=later.until, attempts=F("attempts") - 1
        )
        return False
    except Exception as error:  # a job's error must end in its row, never in a lost worker
        logger.exception("Job %s failed", job)
        final = job.attempts >= MAX_ATTEMPTS
        Job.objects.filter(pk=job.pk, attempts=job.attempts).update(
            state=JobState.FAILED if final else JobState.QUEUED,
            error="".join(traceback.format_exception_only(error))[-2000:],
            lease_until=None,
            not_before=clock.now() + timedelta(seconds=2**job.attempts),
        )
        if final:
            _give_up(job)
        return False
    Job.objects.filter(pk=job.pk, attempts=job.attempts).update(
        state=JobState.DONE, progress=100, result=result, error="", lease_until=None, finished_at=clock.now()
    )
    return True


def _give_up(job: Job) -> None:
    path = _given_up.get(job.kind)
    if path is None:
        return
    try:
        events.resolve(path)(job)
    except Exception:  # as above: never a lost worker
        logger.exception("Nobody could be told that job %s was given up", job)


@contextlib.contextmanager
def _renewed_lease(job: Job) -> Iterator[None]:
    """Keep the lease while the handler works, however long; it dies with the worker, and the job is free again."""
    over = threading.Event()

    def renew() -> None:
        try:
            while not over.wait(RENEW_EVERY):
                Job.objects.filter(pk=job.pk).update(lease_until=clock.now() + LEASE)
        finally:
            connection.close()

    thread = threading.Thread(target=renew, name=f"lease of job {job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _run_event(job: Job, progress: Progress) -> None:
    event = events.event_named(job.payload["event"])(**job.payload["data"])
    events.resolve(job.payload["handler"])(event)


def waiting() -> list[int]:
    """Jobs that nobody works on: never taken, failed once, or left by a worker that died."""
    moment = clock.now()
    return list(
        Job.objects.filter(
            Q(state=JobState.QUEUED) & (Q(not_before=None) | Q(not_before__lte=moment))
            | Q(state=JobState.RUNNING, lease_until__lt=moment)
        )
        .order_by("pk")
        .values_list("pk", flat=True)[:500]
    )


def run_waiting(limit: int = 500) -> int:
    """Do what waits, here and now (`make demo`, tests). Returns how many were done; stops when nothing is left."""
    done = 0
    while done < limit:
        ids = waiting()
        worked = 0
        for job_id in ids:
            with contextlib.suppress(Job.DoesNotExist):
                worked += run(job_id)
        if not worked:
            return done
        done += worked
    return done
