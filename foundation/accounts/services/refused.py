"""Tries that were refused before any service ran: a page or an answer of the API that a person may not have."""

from __future__ import annotations

from datetime import timedelta

from foundation.accounts.events import AccessProbed
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import Refusal
from foundation.core.refs import RecordRef
from foundation.records.act import Act, act, append_refusal
from foundation.records.models import LedgerEntry, Outcome

VERB = "accounts.access.refused"
WINDOW = timedelta(minutes=10)
MOST = 60  # entries of one person within the window: then security is told, and the rest are counted in no row


def keep_refused_try(*, actor: Actor, refusal: Refusal, method: str, address: str) -> LedgerEntry | None:
    """Keep in the ledger that this person was refused here (21 CFR 11.10(d), 11.300(d)).

    The same address is kept once within ten minutes, since a page may ask again by itself; and one person's tries are kept
    up to a limit, so that nobody fills the ledger. At the limit security is told (`AccessProbed`). None when nothing new
    was kept.
    """
    rows = LedgerEntry.objects.filter(actor_id=actor.person_id, verb=VERB).order_by("-id")[:MOST]
    recent = [row for row in rows if row.received_at > clock.now() - WINDOW]
    known = {(row.data.get("method"), row.data.get("address")) for row in recent}
    if len(recent) >= MOST or (method, address) in known:
        refusal.kept = True
        return None
    this = Act(actor=actor, verb=VERB, data={"method": method, "address": address})
    this.about(RecordRef("accounts.user", actor.person_id, actor.name))
    entry = append_refusal(this, refusal)
    if len(recent) + 1 == MOST:
        _tell_security(actor)
    return entry


def _tell_security(actor: Actor) -> None:
    with act(actor=Actor.system("access"), verb="accounts.access.probed") as this:
        this.about(RecordRef("accounts.user", actor.person_id, actor.name))
        this.note(tries=MOST, outcome=Outcome.REFUSED)
        this.publish(AccessProbed(user_id=actor.person_id, name=actor.name, station=actor.station, tries=MOST))
