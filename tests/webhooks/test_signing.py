"""Signatures: by the specification's own vector, and by the sample of our documentation, which receivers will copy."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from config.local.paths import ROOT
from foundation.core import clock, jobs
from foundation.core.actor import Actor
from foundation.core.outbox import catalogue
from foundation.webhooks import signing
from foundation.webhooks.models import Attempt, Delivery, Endpoint
from foundation.webhooks.services import create_endpoint, rotate_secret, send_ping
from tests.webhooks.conftest import KIND
from tests.webhooks.receiver import Message, Receiver

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BEY-21", "SEC-04")]
DOCUMENT = ROOT / "docs" / "operations" / "webhooks.md"
EVENTS = Path(DOCUMENT).with_name("webhook-events.json")


@pytest.fixture
def verify() -> Callable[[str, dict[str, str], bytes], bool]:
    """The function that the documentation gives to receivers, as it stands there."""
    [code] = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    space: dict[str, Any] = {}
    exec(code, space)  # noqa: S102 - our own document
    found: Callable[[str, dict[str, str], bytes], bool] = space["verify"]
    return found


def verified(verify: Callable[[str, dict[str, str], bytes], bool], secret: str, message: Message) -> bool:
    return verify(secret, message.headers, message.body)


def test_the_published_vector() -> None:
    """standard-webhooks/standard-webhooks, the test "sign function works" that each of its libraries has."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signature = signing.sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_documented_check_takes_what_is_right_and_nothing_else(
    owner: Actor, receiver: Receiver, verify: Callable[[str, dict[str, str], bytes], bool]
) -> None:
    endpoint, secret = create_endpoint(actor=owner, name="ERP", url=receiver.url, kinds=[KIND])
    send_ping(actor=owner, endpoint_id=endpoint.pk)
    jobs.run_waiting()
    [message] = receiver.got
    assert verified(verify, secret, message)
    assert not verified(verify, signing.PREFIX + base64.b64encode(b"x" * 32).decode(), message)
    assert not verified(verify, secret, Message(message.path, message.headers, message.body + b" "))
    other = {**message.headers, "webhook-id": "msg_other"}
    assert not verified(verify, secret, Message(message.path, other, message.body))
    with time_machine.travel(clock.now().timestamp() + 600):  # who recorded it and sends it again
        assert not verified(verify, secret, message)
    assert json.loads(message.body)["type"] == "arteria.ping"
    assert (message.headers["content-type"], message.path) == ("application/json", "/hook")


def test_the_library_of_the_specification_takes_it(owner: Actor, receiver: Receiver) -> None:
    """Code that is not ours, with two signatures in the header and a body that is not ASCII."""
    endpoint, first = create_endpoint(actor=owner, name="企业资源", url=receiver.url, kinds=[KIND])
    _endpoint, second = rotate_secret(actor=owner, endpoint_id=endpoint.pk)
    delivery = send_ping(actor=owner, endpoint_id=endpoint.pk)
    jobs.run_waiting()
    [message] = receiver.got
    for secret in (first, second):
        told: Any = Webhook(secret).verify(message.body, message.headers)
        assert (told["id"], told["data"]["endpoint"]) == (delivery.message, "企业资源")
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.secret_text(signing.new_salt())).verify(message.body, message.headers)


def test_while_they_overlap_both_secrets_verify_and_then_the_new_one_alone(
    owner: Actor, receiver: Receiver, verify: Callable[[str, dict[str, str], bytes], bool]
) -> None:
    endpoint, first = create_endpoint(actor=owner, name="ERP", url=receiver.url, kinds=[KIND])
    _endpoint, second = rotate_secret(actor=owner, endpoint_id=endpoint.pk, overlap_hours=24)
    send_ping(actor=owner, endpoint_id=endpoint.pk)
    jobs.run_waiting()
    assert [verified(verify, secret, receiver.got[0]) for secret in (first, second)] == [True, True]
    with time_machine.travel(clock.now().timestamp() + 25 * 3600):
        send_ping(actor=owner, endpoint_id=endpoint.pk)
        jobs.run_waiting()
        assert [verified(verify, secret, receiver.got[1]) for secret in (first, second)] == [False, True]


def test_a_leaked_secret_is_out_at_once(
    owner: Actor, receiver: Receiver, verify: Callable[[str, dict[str, str], bytes], bool]
) -> None:
    endpoint, first = create_endpoint(actor=owner, name="ERP", url=receiver.url, kinds=[KIND])
    _endpoint, second = rotate_secret(actor=owner, endpoint_id=endpoint.pk, overlap_hours=0)
    send_ping(actor=owner, endpoint_id=endpoint.pk)
    jobs.run_waiting()
    assert [verified(verify, secret, receiver.got[0]) for secret in (first, second)] == [False, True]


def test_the_whole_database_does_not_hold_the_secret(owner: Actor, receiver: Receiver) -> None:
    endpoint, secret = create_endpoint(actor=owner, name="ERP", url=receiver.url, kinds=[KIND])
    send_ping(actor=owner, endpoint_id=endpoint.pk)
    jobs.run_waiting()
    plain = secret.removeprefix(signing.PREFIX)
    forms = (plain, base64.b64decode(plain).hex())
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE ANY(%s)', [[f"%{f}%" for f in forms]]
            )
            assert cursor.fetchone() == (0,), table
    assert Endpoint.objects.get().fingerprint == signing.fingerprint_of(endpoint.salt)


def test_another_key_signs_nothing_and_says_so(owner: Actor, receiver: Receiver, settings: Any) -> None:
    endpoint, secret = create_endpoint(actor=owner, name="ERP", url=receiver.url, kinds=[KIND])
    settings.WEBHOOK_KEY = "another key"
    assert signing.secret_text(endpoint.salt) != secret
    send_ping(actor=owner, endpoint_id=endpoint.pk)
    jobs.run_waiting()
    assert receiver.got == []
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.status) == ("retrying", None)
    assert attempt.problem == (
        "The key of the settings is not the one that made this endpoint's secret. Rotate the secret."
    )
    assert Delivery.objects.count() == 1


def test_names_and_shapes_of_events_are_those_that_were_promised() -> None:
    """A changed shape is another version: raise it in config/subscriptions.py, then write the file again with this JSON."""
    now = {name: {"version": kind.version, "data": kind.shape} for name, kind in catalogue().items()}
    assert json.loads(EVENTS.read_text(encoding="utf-8")) == now
