"""What every tablet view shares: the card, the stamp of an entry, and a second person who does not log the first one out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from foundation.accounts.policies import may, require
from foundation.accounts.services.sessions import actor_of_session, badge_in, badge_out
from foundation.accounts.web import actor_of, station_of
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotValid, PermissionDenied
from shopfloor.models import WorkCard
from shopfloor.policies import INSPECT, WORK

VIEW = "shopfloor.view_order"
LONGEST = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Key and times of an entry, for the services that take them."""

    idempotency_key: UUID
    captured_at: datetime
    device_time: datetime | None


def stamp_of(form: forms.Form) -> Stamp:
    """From a bound StampForm. Without a device's clock (no script) the server's time counts.

    The device's clock may be wrong, the time between entering and sending is not: it is taken off the server's time.
    """
    now = clock.now()
    sent = form.cleaned_data.get("device_time")
    entered = form.cleaned_data.get("captured_at") or sent
    captured = now
    if sent is not None and entered is not None:
        captured = now - max(timedelta(0), min(sent - entered, LONGEST))
    return Stamp(form.cleaned_data.get("key") or uuid4(), captured, sent)


def worker_of(request: HttpRequest) -> Actor:
    """Who acts on this tablet: an operator or an inspector. Nobody → the badge page."""
    actor = actor_of(request)
    if not may(actor, WORK) and not may(actor, INSPECT):
        require(actor, WORK)
    return actor


def card_of(pk: int, actor: Actor) -> WorkCard:
    """The card, for who sees it; 404 else."""
    rows = WorkCard.objects.visible_to(actor).select_related("order__item", "batch", "unit__lot")
    card: WorkCard = get_object_or_404(rows, pk=pk)
    return card


@contextmanager
def second_person(request: HttpRequest, actor: Actor, *, required: bool = False) -> Iterator[Actor]:
    """Another person acts here by badge and PIN, and the one at the tablet stays badged in. ``actor`` when no badge is given.

    Who was not badged in at this station before is not afterwards either.
    """
    identity = request.POST.get("identity", "").strip()
    if not identity:
        if required:
            raise NotValid(_("Scan the badge of the other person."), code="badge-required", field="identity")
        yield actor
        return
    station = station_of(request)
    if station is None:
        raise PermissionDenied(_("This device is not a station: another person logs in."), code="no-station")
    began = clock.now()
    session = badge_in(station=station, identity=identity, secret=request.POST.get("secret", ""))
    other = actor_of_session(session, actor.language)
    try:
        yield other
    finally:
        if session.opened_at >= began:
            badge_out(actor=other, session_key=session.key)
