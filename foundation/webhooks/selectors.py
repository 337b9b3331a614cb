"""Reads of endpoints and deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from foundation.accounts.scope import rows_at, rows_of, scopes
from foundation.core.actor import Actor
from foundation.core.outbox import Published
from foundation.core.refs import RecordRef
from foundation.webhooks.models import Attempt, Delivery, Endpoint
from foundation.webhooks.states import WAITING, EndpointState, Outcome

LONGEST_REST = timedelta(minutes=10)


def listening(names: Sequence[str]) -> bool:
    """Provider of ``outbox.wanted``: does an endpoint, also a paused one, wait for one of these events?"""
    return told_endpoints().filter(kinds__has_any_keys=list(names)).exists()


def told_endpoints() -> QuerySet[Endpoint]:
    """Endpoints for which what happens is kept."""
    rows: QuerySet[Endpoint] = Endpoint.objects.exclude(state=EndpointState.ENDED)
    return rows


def is_told_of(endpoint: Endpoint, kind: Published, record_id: int | None) -> bool:
    """Does this record belong to the endpoint's site? Definitions belong to every one, what has no record to none.

    The same rule that cuts every list of the product (``access.py`` of the record's app).
    """
    if endpoint.site_id is None:
        return True
    if kind.record is None or record_id is None:
        return False
    label = kind.record[0]
    scope = next(scope for model, scope in scopes().items() if model._meta.label_lower == label)
    return not scope.site or rows_at(label, frozenset({endpoint.site_id})).filter(pk=record_id).exists()


def record_of(kind: Published, record_id: int | None) -> RecordRef | None:
    """The record as people know it."""
    if kind.record is None or record_id is None:
        return None
    row = rows_of(kind.record[0]).filter(pk=record_id).first()
    return RecordRef.to(row) if row is not None else RecordRef(kind.record[0], record_id)


def with_state(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Deliveries with ``state`` (waiting, or the outcome of the last attempt), ``tried`` (how often) and ``next_at``."""
    last = Attempt.objects.filter(delivery=OuterRef("pk")).order_by("-number")
    found: QuerySet[Any] = rows.annotate(
        state=Coalesce(Subquery(last.values("outcome")[:1]), Value(WAITING), output_field=CharField()),
        tried=Coalesce(Subquery(last.values("number")[:1]), Value(0)),
        last_status=Subquery(last.values("status")[:1]),
        next_at=Subquery(last.values("next_at")[:1], output_field=DateTimeField()),
    )
    return found


def visible_deliveries(actor: Actor) -> QuerySet[Any]:
    """What this reader may see, with its state."""
    rows: QuerySet[Any] = with_state(Delivery.objects.visible_to(actor)).select_related("endpoint")
    return rows


def undelivered(endpoint: Endpoint, *, given_up: bool) -> QuerySet[Any]:
    """What the endpoint was not told yet; with ``given_up`` only what was given up, else only what was not."""
    rows = with_state(Delivery.objects.filter(endpoint=endpoint)).exclude(state=Outcome.DELIVERED)
    wanted = Q(state=Outcome.GIVEN_UP)
    return rows.filter(wanted if given_up else ~wanted).order_by("pk")


def resting_until(endpoint: Endpoint, moment: datetime) -> datetime | None:
    """An endpoint that did not answer at all is left alone until its next try, ten minutes at most.

    Else a thousand waiting deliveries would each wait for the time-out, and other jobs behind them.
    """
    last = Attempt.objects.filter(endpoint=endpoint).order_by("-id").first()
    if last is None or last.status is not None or last.next_at is None:
        return None
    until: datetime = min(last.next_at, last.at + LONGEST_REST)
    return until if until > moment else None


def last_attempt(delivery: Delivery) -> Attempt | None:
    found: Attempt | None = Attempt.objects.filter(delivery=delivery).order_by(F("number").desc()).first()
    return found
