"""A worker is killed while it waits for a receiver's answer: another one sends the same message, under the same id."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.local.valkey import open_valkey
from foundation.core.models import Job, JobState
from foundation.webhooks.models import Attempt, Delivery
from foundation.webhooks.services import create_endpoint
from tests.factories.people import SETUP
from tests.faults.processes import Processes, kill_group, use_broker
from tests.faults.server import until
from tests.webhooks.conftest import KIND, break_down, machine, receiver

__all__ = ["receiver"]
pytestmark = pytest.mark.requirement("BEY-21", "FLR-09")
SETTINGS = {"ARTERIA_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8", "ARTERIA_WEBHOOK_HTTP_HOSTS": "127.0.0.1"}


@pytest.fixture
def processes(committed_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Processes]:
    for name, value in SETTINGS.items():
        monkeypatch.setitem(os.environ, name, value)
    valkey = open_valkey(tmp_path, durable=False)
    made = Processes(tmp_path, valkey, valkey.start())
    with use_broker(valkey.url()):
        yield made
    made.close()


def test_a_killed_worker_is_followed_by_one_that_sends_the_same(processes: Processes, receiver: Any) -> None:
    create_endpoint(actor=SETUP, name="ERP", url=receiver.url, kinds=[KIND])
    one = machine()
    over = threading.Event()
    receiver.answers = [lambda _handler: over.wait(60)]  # it took the message, and its answer never comes
    first = processes.start_worker()
    break_down(one)
    until("that the receiver has the message", lambda: len(receiver.got) == 1)
    assert Job.objects.get(kind="webhooks.send").state == JobState.RUNNING
    kill_group(first)
    over.set()
    assert not Attempt.objects.exists()
    processes.start_worker()
    until("that it is delivered", lambda: Attempt.objects.exists())
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.number) == ("delivered", 1)
    assert [message.id for message in receiver.got] == [Delivery.objects.get().message] * 2
    assert receiver.got[0].body == receiver.got[1].body
