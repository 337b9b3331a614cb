"""From what happened to what is to be sent: one delivery for each endpoint that waits for it and may know it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from foundation.accounts.policies import require_about
from foundation.core import jobs
from foundation.core.actor import Actor
from foundation.core.canonical import canonical_json
from foundation.core.errors import TransitionNotAllowed
from foundation.core.outbox import catalogue
from foundation.core.refs import RecordRef
from foundation.records.act import Act, act
from foundation.webhooks.models import Delivery, Endpoint
from foundation.webhooks.selectors import is_told_of, last_attempt, record_of, told_endpoints, undelivered
from foundation.webhooks.services.endpoints import CATCH_UP
from foundation.webhooks.states import MANAGE, EndpointState

SEND = "webhooks.send"
PING = "arteria.ping"


def queue_events(
    *, actor: Actor, entry_id: int, occurred_at: datetime, received_at: datetime, told: Iterable[Mapping[str, Any]]
) -> int:
    """Deliveries for the events of one act, and a job for each. Returns how many are new; again: none.

    ``told``: ``{number, name, data}`` as the outbox keeps them. An endpoint that was set up later hears nothing of it.
    """
    endpoints = list(told_endpoints().filter(created_at__lte=received_at))
    rows = [row for one in told for row in _deliveries_of(one, entry_id, occurred_at, endpoints)]
    known = set(Delivery.objects.filter(message__in=[row.message for row in rows]).values_list("message", flat=True))
    rows = [row for row in rows if row.message not in known]
    if not rows:
        return 0
    with act(actor=actor, verb="webhooks.event.queued", data={"entry": entry_id}) as this:
        for row in rows:
            _queue(this, row)
    return len(rows)


def send_ping(*, actor: Actor, endpoint_id: int) -> Delivery:
    """A test: a delivery that tells of nothing. TransitionNotAllowed unless the endpoint is active."""
    with act(actor=actor, verb="webhooks.endpoint.pinged") as this:
        endpoint = _active(this, endpoint_id)
        message = f"msg_ping_{endpoint.pk}_{secrets.token_hex(8)}"
        body = _body(message, PING, 1, this.at, None, None, {"asked_by": actor.name, "endpoint": endpoint.name})
        delivery = Delivery(endpoint=endpoint, message=message, event=PING, occurred_at=this.at, body=body)
        _queue(this, delivery, at_once=True)
    return delivery


def redeliver(*, actor: Actor, delivery_id: int, reason: str = "") -> Delivery:
    """Send it once more, with the same id and body, also what was delivered; tries begin anew.

    TransitionNotAllowed while its endpoint is not active.
    """
    with act(actor=actor, verb="webhooks.delivery.redelivered", reason=reason) as this:
        delivery: Delivery = Delivery.objects.get(pk=delivery_id)
        _active(this, delivery.endpoint_id)
        last = last_attempt(delivery)
        this.relate(delivery)
        _enqueue(delivery, last.number + 1 if last else 1, f"by-hand:{this.at.isoformat()}", at_once=True)
    return delivery


def redeliver_given_up(*, actor: Actor, endpoint_id: int, reason: str = "") -> Endpoint:
    """Send all again that was given up, when the receiver is well again. TransitionNotAllowed unless it is active."""
    with act(actor=actor, verb="webhooks.endpoint.redelivered", reason=reason) as this:
        endpoint = _active(this, endpoint_id)
        mark = f"{endpoint.pk}:{this.at.isoformat()}"
        jobs.enqueue(CATCH_UP, unique_key=f"{CATCH_UP}:{mark}", payload={"endpoint": endpoint.pk, "given_up": True})
    return endpoint


def queue_again(*, actor: Actor, endpoint_id: int, given_up: bool, mark: str) -> int:
    """Jobs for what the endpoint was not told yet (after a pause), or for what was given up. Returns how many."""
    endpoint: Endpoint = Endpoint.objects.get(pk=endpoint_id)
    rows = undelivered(endpoint, given_up=given_up)
    with act(actor=actor, verb="webhooks.endpoint.caught_up", about=endpoint) as this:
        count = 0
        for delivery in rows.iterator(chunk_size=500):
            _enqueue(delivery, delivery.tried + 1, mark)
            count += 1
        this.note(count=count)
    return count


def _deliveries_of(
    one: Mapping[str, Any], entry_id: int, occurred_at: datetime, endpoints: Iterable[Endpoint]
) -> Iterable[Delivery]:
    kind = catalogue().get(one["name"])
    if kind is None:  # an older version of the product published it
        return
    record_id = one["data"][kind.record[1]] if kind.record else None
    record = record_of(kind, record_id)
    for endpoint in endpoints:
        if kind.name not in endpoint.kinds or not is_told_of(endpoint, kind, record_id):
            continue
        message = f"msg_{entry_id}_{one['number']}_{endpoint.pk}"
        yield Delivery(
            endpoint=endpoint, message=message, event=kind.name, version=kind.version, occurred_at=occurred_at,
            entry_id=entry_id, subject_label=record.label if record else "", subject_id=record.id if record else None,
            subject_number=record.number[:200] if record else "",
            body=_body(message, kind.name, kind.version, occurred_at, entry_id, record, one["data"]),
        )  # fmt: skip


def _body(
    message: str,
    event: str,
    version: int,
    occurred_at: datetime,
    entry_id: int | None,
    record: RecordRef | None,
    data: Mapping[str, Any],
) -> str:
    """``type``, ``timestamp`` and ``data`` as the Standard Webhooks specification names them, the rest is ours."""
    content = {
        "id": message,
        "type": event,
        "version": version,
        "timestamp": occurred_at,
        "ledger_entry": entry_id,
        "records": [record.as_json()] if record else [],
        "data": dict(data),
    }
    return canonical_json(content).decode()


def _queue(this: Act, delivery: Delivery, *, at_once: bool = False) -> None:
    delivery.queued_at = this.at
    delivery.save()
    this.relate(delivery)
    _enqueue(delivery, 1, "", at_once=at_once)


def _enqueue(delivery: Delivery, number: int, mark: str, *, at_once: bool = False) -> None:
    payload = {"delivery": delivery.pk, "number": number, "try": 1, "at_once": at_once}
    jobs.enqueue(SEND, unique_key=f"{SEND}:{delivery.pk}:{number}:{mark}", payload=payload)


def _active(this: Act, endpoint_id: int) -> Endpoint:
    endpoint: Endpoint = Endpoint.objects.select_for_update().get(pk=endpoint_id)
    this.about(endpoint)
    require_about(this.actor, MANAGE, endpoint)
    if endpoint.state != EndpointState.ACTIVE:
        raise TransitionNotAllowed(_("Nothing is sent to an endpoint that is not active."))
    return endpoint
