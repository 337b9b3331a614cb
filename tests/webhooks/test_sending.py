"""From an act to a receiver: what is sent, to whom, how often, and that no receiver ever stands in an act's way."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
import time_machine
from django.utils.dateparse import parse_datetime

from foundation.alerts.models import Alert
from foundation.core import clock, jobs
from foundation.core.actor import Actor
from foundation.core.errors import NotValid, TransitionNotAllowed
from foundation.core.models import Job, JobState
from foundation.records.act import act
from foundation.records.models import LedgerEntry
from foundation.webhooks import services
from foundation.webhooks.models import Attempt, Delivery, Endpoint
from foundation.webhooks.services import sending
from resources.equipment.events import EquipmentStatusChanged
from resources.equipment.models import Equipment
from tests.factories.people import SETUP, site
from tests.webhooks.conftest import KIND, break_down, machine
from tests.webhooks.receiver import Receiver, dripping, receiving

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BEY-21")]


def endpoint(actor: Actor, receiver: Receiver, name: str = "ERP", **more: Any) -> Endpoint:
    return services.create_endpoint(actor=actor, **{"name": name, "url": receiver.url, "kinds": [KIND], **more})[0]


def outcomes() -> list[str]:
    return list(Attempt.objects.order_by("pk").values_list("outcome", flat=True))


def later(seconds: float) -> Any:
    return time_machine.travel(clock.now() + timedelta(seconds=seconds))


def test_what_a_receiver_is_told(owner: Actor, receiver: Receiver) -> None:
    endpoint(owner, receiver)
    one = machine()
    break_down(one)
    assert Job.objects.get(kind="outbox").state == JobState.QUEUED
    jobs.run_waiting()
    [message] = receiver.got
    entry = LedgerEntry.objects.get(verb="equipment.status.set")
    told = json.loads(message.body)
    assert told == {
        "id": f"msg_{entry.pk}_0_{Endpoint.objects.get().pk}",
        "type": KIND,
        "version": 1,
        "timestamp": told["timestamp"],
        "ledger_entry": entry.pk,
        "records": [{"label": "equipment.equipment", "id": one.pk, "number": "OVEN-1"}],
        "data": {"equipment_id": one.pk, "code": "OVEN-1", "status": "down", "reason": "Smells"},
    }
    assert parse_datetime(told["timestamp"]) == entry.captured_at
    assert message.id == told["id"]
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.status, attempt.answer, attempt.address, attempt.next_at) == (
        "delivered", 200, "taken", "127.0.0.1", None,
    )  # fmt: skip
    assert jobs.run_waiting() == 0


def test_an_act_that_nobody_waits_for_writes_no_job(owner: Actor, receiver: Receiver) -> None:
    endpoint(owner, receiver, kinds=["dhr.record.released"])
    break_down(machine())
    assert not Job.objects.exists()


@pytest.mark.requirement("SEC-04")
def test_another_sites_record_is_not_told(owner: Actor, receiver: Receiver) -> None:
    here = endpoint(owner, receiver, "Here", site_id=site("HZ1").pk)
    everywhere = endpoint(owner, receiver, "Everywhere")
    there = machine("OVEN-2", at="SZ2")
    break_down(there)
    jobs.run_waiting()
    assert list(Delivery.objects.values_list("endpoint", flat=True)) == [everywhere.pk]
    break_down(machine("OVEN-1", at="HZ1"))
    jobs.run_waiting()
    assert list(Delivery.objects.filter(endpoint=here).values_list("subject_number", flat=True)) == ["OVEN-1"]
    assert len(receiver.got) == 3


def test_what_was_rolled_back_is_not_told(owner: Actor, receiver: Receiver) -> None:
    endpoint(owner, receiver)
    one = machine()
    with pytest.raises(NotValid), act(actor=SETUP, verb="tests.act.refused") as this:
        this.publish(EquipmentStatusChanged(equipment_id=one.pk, code="OVEN-1", status="down", reason="No"))
        raise NotValid("No")
    assert not Job.objects.exists()
    assert jobs.run_waiting() == 0
    assert receiver.got == []
    assert not Delivery.objects.exists()


def test_what_happened_before_is_not_told(owner: Actor, receiver: Receiver) -> None:
    first = endpoint(owner, receiver, "First")
    break_down(machine())
    endpoint(owner, receiver, "Later")
    jobs.run_waiting()
    assert list(Delivery.objects.values_list("endpoint", flat=True)) == [first.pk]


def test_queueing_twice_is_queueing_once(owner: Actor, receiver: Receiver) -> None:
    """The worker died after its transaction and before it noted the job as done."""
    endpoint(owner, receiver)
    break_down(machine())
    job = Job.objects.get(kind="outbox")
    assert jobs.run(job.pk)
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
    assert jobs.run(job.pk)
    assert Job.objects.get(pk=job.pk).result == {"deliveries": 0}
    assert Delivery.objects.count() == 1
    jobs.run_waiting()
    assert len(receiver.got) == 1


def test_a_receiver_that_fails_is_tried_again_under_the_same_id(owner: Actor, receiver: Receiver) -> None:
    endpoint(owner, receiver)
    receiver.answers = [500, (503, {"Retry-After": "120"}, b"busy")]
    break_down(machine())
    jobs.run_waiting()
    assert outcomes() == ["retrying"]
    first = Attempt.objects.get()
    assert timedelta(seconds=7) < first.next_at - first.at < timedelta(seconds=15)
    assert jobs.run_waiting() == 0
    with later(15):
        jobs.run_waiting()
        assert outcomes() == ["retrying", "retrying"]
        second = Attempt.objects.latest("pk")
        assert (second.status, second.answer, second.problem) == (503, "busy", "It answered 503.")
        assert second.next_at - second.at >= timedelta(seconds=120)  # as it asked
    with later(60):
        assert jobs.run_waiting() == 0
    with later(200):
        jobs.run_waiting()
    assert outcomes() == ["retrying", "retrying", "delivered"]
    assert len({(message.id, message.body) for message in receiver.got}) == 1
    assert len({message.headers["webhook-timestamp"] for message in receiver.got}) == 3


def test_after_about_a_day_it_is_given_up_and_somebody_is_told(owner: Actor, receiver: Receiver) -> None:
    endpoint(owner, receiver)
    receiver.answers = [500] * sending.MOST_TRIES
    begun = clock.now()
    break_down(machine())
    moment = begun
    for _try in range(sending.MOST_TRIES):
        with time_machine.travel(moment):
            jobs.run_waiting()
        last = Attempt.objects.latest("pk")
        moment = last.next_at or moment
    assert outcomes() == ["retrying"] * (sending.MOST_TRIES - 1) + ["given_up"]
    assert timedelta(hours=14) < moment - begun < timedelta(hours=30)
    alert = Alert.objects.get(rule="webhooks.given_up")
    assert (alert.role, alert.severity, alert.subject_number) == ("system_owner", "warning", "ERP")
    with later(7 * 86400):
        assert jobs.run_waiting() == 0
    assert len(receiver.got) == sending.MOST_TRIES


def test_gone_is_given_up_at_once(owner: Actor, receiver: Receiver) -> None:
    endpoint(owner, receiver)
    receiver.answers = [410]
    break_down(machine())
    jobs.run_waiting()
    assert outcomes() == ["given_up"]


def test_what_was_given_up_is_sent_again_by_hand_with_the_same_id(owner: Actor, receiver: Receiver) -> None:
    made = endpoint(owner, receiver)
    receiver.answers = [410, 410]
    one = machine()
    break_down(one)
    break_down(one, "available")
    jobs.run_waiting()
    assert outcomes() == ["given_up"] * 2
    services.redeliver_given_up(actor=owner, endpoint_id=made.pk, reason="It is well again")
    jobs.run_waiting()
    assert outcomes() == ["given_up"] * 2 + ["delivered"] * 2
    first = Delivery.objects.earliest("pk")
    services.redeliver(actor=owner, delivery_id=first.pk)
    services.redeliver(actor=owner, delivery_id=first.pk)  # pressed twice
    jobs.run_waiting()
    assert [message.id for message in receiver.got].count(first.message) == 3
    assert LedgerEntry.objects.filter(verb="webhooks.delivery.redelivered", outcome="done").count() == 2


def test_a_paused_endpoint_loses_nothing(owner: Actor, receiver: Receiver) -> None:
    made = endpoint(owner, receiver)
    receiver.answers = [500]
    one = machine()
    break_down(one)
    jobs.run_waiting()  # one that will be tried again
    services.pause_endpoint(actor=owner, endpoint_id=made.pk, reason="Moving house")
    break_down(one, "available")
    with later(3600):
        jobs.run_waiting()
        assert len(receiver.got) == 1
        with pytest.raises(TransitionNotAllowed):
            services.redeliver(actor=owner, delivery_id=Delivery.objects.earliest("pk").pk)
        services.resume_endpoint(actor=owner, endpoint_id=made.pk)
        jobs.run_waiting()
        assert jobs.run_waiting() == 0
    assert outcomes() == ["retrying", "delivered", "delivered"]
    assert {message.id for message in receiver.got} == set(Delivery.objects.values_list("message", flat=True))
    assert len(receiver.got) == 3


def test_an_ended_endpoint_is_told_nothing_any_more(owner: Actor, receiver: Receiver) -> None:
    made = endpoint(owner, receiver)
    break_down(machine())
    services.end_endpoint(actor=owner, endpoint_id=made.pk, reason="Replaced")
    jobs.run_waiting()
    break_down(Equipment.objects.get(), "available")
    jobs.run_waiting()
    assert receiver.got == []
    assert not Delivery.objects.exists()


def test_a_worker_that_died_after_sending_is_followed_by_one_that_sends_the_same(
    owner: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least once, and known again by its id; an attempt is noted once, whoever comes late."""
    endpoint(owner, receiver)
    break_down(machine())
    jobs.run(Job.objects.get(kind="outbox").pk)
    job = Job.objects.get(kind=sending.SEND)

    class Killed(BaseException):
        pass

    def killed(*_args: Any, **_more: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(sending, "_outcome", killed)
        jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, outcomes(), len(receiver.got)) == (JobState.RUNNING, [], 1)
    with later(jobs.LEASE.total_seconds() + 5):
        assert jobs.run_waiting() == 1
        assert jobs.run_waiting() == 0
    assert outcomes() == ["delivered"]
    assert receiver.got[0].id == receiver.got[1].id
    assert receiver.got[0].body == receiver.got[1].body
    delivery = Delivery.objects.get()
    late = sending.send_delivery(actor=SETUP, delivery_id=delivery.pk, number=1, try_number=1)
    assert (late, len(receiver.got)) == ({"skipped": "done"}, 2)


def test_an_error_of_our_own_is_given_up_in_public_and_sent_again_by_hand(
    owner: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint(owner, receiver)
    break_down(machine())
    with monkeypatch.context() as patch:
        patch.setattr(sending, "post", lambda *_args: 1 / 0)
        for _try in range(jobs.MAX_ATTEMPTS):
            with later(_try * 600):
                jobs.run_waiting()
    job = Job.objects.get(kind=sending.SEND)
    assert (job.state, outcomes()) == (JobState.FAILED, ["given_up"])
    assert Attempt.objects.get().problem == f"It could not be sent: job {job.pk} failed."
    assert Alert.objects.filter(rule="webhooks.given_up").count() == 1
    services.redeliver(actor=owner, delivery_id=Delivery.objects.get().pk)
    jobs.run_waiting()
    assert outcomes() == ["given_up", "delivered"]


def test_an_endpoint_that_does_not_answer_rests_and_holds_no_worker(owner: Actor, settings: Any) -> None:
    with receiving() as gone:
        pass  # nothing listens there any more
    settings.WEBHOOK_HTTP_HOSTS = ("127.0.0.1",)
    settings.WEBHOOK_ALLOWED_NETWORKS = (ip_network("127.0.0.0/8"),)
    made = endpoint(owner, gone)
    one = machine()
    for status in ("down", "available", "maintenance", "available"):
        break_down(one, status)
    jobs.run_waiting()
    assert outcomes() == ["retrying"]  # the first one found it out, the others wait
    waiting = Job.objects.filter(kind=sending.SEND, state=JobState.QUEUED)
    assert waiting.count() == 4
    assert all(job.not_before is not None and job.attempts == 0 for job in waiting)
    services.send_ping(actor=owner, endpoint_id=made.pk)  # a person who asks is not made to wait
    jobs.run_waiting()
    assert outcomes() == ["retrying"] * 2


def test_a_receiver_that_hangs_never_delays_an_act(
    owner: Actor, receiver: Receiver, django_capture_on_commit_callbacks: Any
) -> None:
    """The act ends, and is committed to the ledger, while the receiver has not even been asked."""
    endpoint(owner, receiver)
    stop = threading.Event()
    receiver.answers = [dripping(stop)]
    one = machine()
    with django_capture_on_commit_callbacks(execute=False) as after:
        break_down(one)
    assert (receiver.got, len(after)) == ([], 1)
    one.refresh_from_db()
    assert one.status == "down"
    stop.set()


def test_an_answer_that_drips_is_cut_off(owner: Actor, receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOK_SECONDS = 0.5
    endpoint(owner, receiver)
    stop = threading.Event()
    receiver.answers = [dripping(stop)]
    break_down(machine())
    jobs.run_waiting()
    stop.set()
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.status, attempt.problem) == ("retrying", None, "No answer in time.")
    assert 400 < attempt.duration_ms < 5000


def test_of_a_large_answer_the_beginning_is_kept(owner: Actor, receiver: Receiver) -> None:
    endpoint(owner, receiver)
    receiver.answers = [(200, {}, b"\0<script>" + b"x" * 5_000_000)]
    break_down(machine())
    jobs.run_waiting()
    attempt = Attempt.objects.get()
    assert (attempt.outcome, len(attempt.answer), attempt.answer[:9]) == ("delivered", 4096, "�<script>")
