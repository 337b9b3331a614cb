"""One attempt: sign, send, note what came of it, and plan the next one or give up."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from foundation.alerts.services import raise_alert
from foundation.alerts.states import Severity
from foundation.core import clock, jobs
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.core.refs import RecordRef
from foundation.records.act import act
from foundation.webhooks import signing
from foundation.webhooks.addresses import target_of
from foundation.webhooks.models import Attempt, Delivery, Endpoint
from foundation.webhooks.selectors import resting_until
from foundation.webhooks.services.queueing import SEND
from foundation.webhooks.states import EndpointState, Outcome
from foundation.webhooks.transport import Reply, post

FIRST_WAIT = timedelta(seconds=10)
FACTOR = 3
LONGEST_WAIT = timedelta(hours=6)
MOST_TRIES = 11  # 10 s, 30 s, 90 s … 6 h, 6 h, 6 h: 21 hours in all, give or take the jitter
GONE = 410
USER_AGENT = "Arteria-Webhooks/1"
_chance = random.SystemRandom()


def send_delivery(
    *, actor: Actor, delivery_id: int, number: int, try_number: int, at_once: bool = False
) -> Mapping[str, Any]:
    """Try once. Sent at least once, always with the same id: a worker that dies after sending is followed by another.

    Nothing is sent when this attempt was made already, or while the endpoint is not active (resuming queues it again).
    `jobs.Later` while the endpoint rests, unless a person asked for it (``at_once``). No transaction is open while the
    other side takes its time.
    """
    delivery: Delivery = Delivery.objects.select_related("endpoint").get(pk=delivery_id)
    endpoint: Endpoint = delivery.endpoint
    if delivery.attempts.filter(number__gte=number).exists():
        return {"skipped": "done"}
    if endpoint.state != EndpointState.ACTIVE:
        return {"skipped": endpoint.state}
    moment = clock.now()
    rests = None if at_once else resting_until(endpoint, moment)
    if rests is not None:
        raise jobs.Later(rests + timedelta(seconds=_chance.uniform(0, 15)))
    reply = _post(endpoint, delivery, moment)
    outcome = _outcome(reply, try_number)
    with act(actor=actor, verb="webhooks.delivery.tried", about=endpoint) as this:
        this.relate(delivery)
        next_at = _wait(reply, try_number, this.at) if outcome == Outcome.RETRYING else None
        Attempt(
            delivery=delivery, endpoint=endpoint, number=number, try_number=try_number, outcome=outcome, at=moment,
            duration_ms=reply.duration_ms, url=endpoint.url, address=reply.address, status=reply.status,
            problem=reply.problem, answer=reply.answer, next_at=next_at,
        ).save()  # fmt: skip
        if next_at is not None:
            _plan(delivery, number + 1, try_number + 1, next_at)
        elif outcome == Outcome.GIVEN_UP:
            _tell_of_giving_up(actor, delivery, reply.problem)
    return {"outcome": str(outcome), "status": reply.status}


def note_failure(*, actor: Actor, delivery_id: int, number: int, try_number: int, job_id: int) -> None:
    """The job of this attempt broke for good, by an error of our own: given up, and the owner hears of it."""
    delivery: Delivery = Delivery.objects.select_related("endpoint").get(pk=delivery_id)
    if delivery.attempts.filter(number__gte=number).exists():
        return
    problem = _("It could not be sent: job %(job)s failed.") % {"job": job_id}
    with act(actor=actor, verb="webhooks.delivery.tried", about=delivery.endpoint) as this:
        this.relate(delivery)
        Attempt(
            delivery=delivery, endpoint=delivery.endpoint, number=number, try_number=try_number, outcome=Outcome.GIVEN_UP,
            at=this.at, duration_ms=0, url=delivery.endpoint.url, problem=problem,
        ).save()  # fmt: skip
        _tell_of_giving_up(actor, delivery, problem)


def _post(endpoint: Endpoint, delivery: Delivery, moment: datetime) -> Reply:
    """The address is checked again: the settings may have changed since it was given."""
    if signing.fingerprint_of(endpoint.salt) != endpoint.fingerprint:
        problem = _("The key of the settings is not the one that made this endpoint's secret. Rotate the secret.")
        return Reply(None, problem, "", "", 0)
    try:
        target = target_of(endpoint.url)
    except NotValid as refusal:
        return Reply(None, str(refusal), "", "", 0)
    body = delivery.body.encode()
    signed = signing.headers_of(endpoint.salts_at(moment), delivery.message, int(moment.timestamp()), body)
    headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT, **signed}
    return post(target, headers, body)


def _outcome(reply: Reply, try_number: int) -> Outcome:
    if reply.is_delivered:
        return Outcome.DELIVERED
    return Outcome.GIVEN_UP if try_number >= MOST_TRIES or reply.status == GONE else Outcome.RETRYING


def _wait(reply: Reply, try_number: int, moment: datetime) -> datetime:
    """Exponential, with a fifth of jitter so that many do not come back at once; later if the receiver asks for it."""
    planned: timedelta = min(FIRST_WAIT * FACTOR ** (try_number - 1), LONGEST_WAIT) * _chance.uniform(0.8, 1.2)
    return moment + max(planned, min(timedelta(seconds=reply.retry_after), LONGEST_WAIT))


def _plan(delivery: Delivery, number: int, try_number: int, moment: datetime) -> None:
    payload = {"delivery": delivery.pk, "number": number, "try": try_number}
    jobs.enqueue(SEND, unique_key=f"{SEND}:{delivery.pk}:{number}:", payload=payload, not_before=moment)


def _tell_of_giving_up(actor: Actor, delivery: Delivery, problem: str) -> None:
    endpoint: Endpoint = delivery.endpoint
    raise_alert(
        actor=actor,
        rule="webhooks.given_up",
        severity=Severity.WARNING,
        title={
            "en": f"Webhook given up: {endpoint.name} did not take {delivery.event}",
            "zh-hans": f"已放弃推送:{endpoint.name} 未接收 {delivery.event}",
        },
        body={"en": problem, "zh-hans": problem},
        subject=RecordRef.to(endpoint),
        role="system_owner",
        site_id=endpoint.site_id,
        key=f"webhooks.given_up:{endpoint.pk}",
    )
