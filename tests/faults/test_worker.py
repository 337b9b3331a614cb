"""The broker down, the worker killed: acts go on, and the package is made once, within a minute of the worker's return."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from config.celery import app as celery_app
from config.local.paths import ROOT, free_port
from config.local.valkey import Valkey, open_valkey
from demo.people import at_desk
from dhr.models import DeviceHistoryRecord, Package
from dhr.services import add_addendum, request_package
from foundation.core.models import Job, JobState
from foundation.records.models import LedgerEntry
from foundation.records.verifier.verify import verify_path
from tests.faults.server import until
from tests.journeys.conftest import Journey, journey, settings_key

__all__ = ["journey", "settings_key"]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Valkey]:
    """A broker of this test's own, which is down at first."""
    valkey = open_valkey(tmp_path / "broker", durable=True)
    valkey.port = free_port()
    usual = settings.REDIS_URL
    os.environ["REDIS_URL"] = celery_app.conf.broker_url = valkey.url()
    yield valkey
    valkey.stop_leftover()
    os.environ["REDIS_URL"] = celery_app.conf.broker_url = usual


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker with beat on this test's database and broker, in a process group of its own."""
    argv = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "config",
        "worker",
        "--beat",
        "--concurrency",
        "1",
        "--without-mingle",
    ]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test", "ARTERIA_JOB_LEASE_SECONDS": "6"}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def now(job: Job) -> Job:
    job.refresh_from_db()
    return job


@pytest.mark.requirement("TRC-03", "BEY-01", "SEC-03")
def test_a_package_is_made_once_whatever_dies_meanwhile(journey: Journey, broker: Valkey) -> None:
    record = DeviceHistoryRecord.objects.get(lot__item__number="VENTURI")
    before = Package.objects.filter(record=record).count()
    made = LedgerEntry.objects.filter(verb="dhr.package.made").count()
    from_story = set((Path(settings.MEDIA_ROOT) / "packages").glob("*"))
    add_addendum(actor=at_desk("releaser"), record_id=record.pk, text="Pictures of the fixture, found later.")
    job = request_package(actor=at_desk("releaser"), record_id=record.pk)  # nobody answers at the broker's address
    assert (job.state, LedgerEntry.objects.order_by("-id")[0].verb) == (JobState.QUEUED, "dhr.package.requested")
    connections.close_all()
    process = broker.start()
    try:
        with worker() as first:
            until("that the package is in the making", lambda: 20 <= now(job).progress < 100)
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()
        assert now(job).state == JobState.RUNNING  # it does not know yet
        assert Package.objects.filter(record=record).count() == before
        with worker():
            until("the package", lambda: now(job).state == JobState.DONE)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
    package = Package.objects.get(pk=job.result["package"])
    assert (now(job).attempts, Package.objects.filter(record=record).count()) == (2, before + 1)
    assert LedgerEntry.objects.filter(verb="dhr.package.made").count() == made + 1
    files = set((Path(settings.MEDIA_ROOT) / "packages").glob("*")) - from_story
    assert {file.name for file in files} == {f"{package.sha256}.zip"}
    assert verify_path(str(files.pop())).problems == []
