"""Complete a card: everything recorded, everything counted, signed; in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core.actor import Actor
from foundation.core.refs import RecordRef
from foundation.records.act import Act, act
from foundation.records.services import Credentials, ToSign, sign
from shopfloor.content import content_of
from shopfloor.events import CardCompleted
from shopfloor.exceptions import Conflict, EntryNotValid, NotBalanced
from shopfloor.gates import ask_gates, require_open
from shopfloor.models import CardEvent, StepRecord, WorkCard
from shopfloor.policies import WORK
from shopfloor.services.loading import Work, lock_work, records_of
from shopfloor.services.moving import change_state, settle_order
from shopfloor.states import CARD, Bucket, CardState


def complete_card(
    *,
    actor: Actor,
    card_id: int,
    credentials: Credentials,
    idempotency_key: UUID | None = None,
    entered: Mapping[str, Any] | None = None,
) -> WorkCard:
    """Sign the card as performed and end it: gates, steps, second checks and the balance are asked once more.

    The order is completed with its last card. Conflict when another person completed it first: ``details["input"]`` hands
    back ``entered``, so that nothing typed is lost. NotBalanced while a piece is still here or a step is open.
    """
    with act(actor=actor, verb="shopfloor.card.completed") as this:
        work = lock_work(actor, card_id)
        this.about(work.card)
        require(actor, WORK, work.card.order.site_id)
        if work.card.state == CardState.COMPLETED:
            return _completed_before(this, work, idempotency_key, entered)
        row = CARD.next(work.card.state, "complete")
        require_open(ask_gates(work.asked(), "complete"))
        records = records_of(work, everything=True)
        _check_finished(work, records)
        content = content_of(work.card, records, work.balance.as_json())
        [signature] = sign(
            actor=actor,
            credentials=credentials,
            meaning=row.meaning,
            subjects=[ToSign(RecordRef.to(work.card), content)],
        )
        if signature.signer_id != actor.user_id:
            raise EntryNotValid(_("Who performed the work signs it."), code="other-signer", field="identity")
        work.card.completed_at = this.at
        data = {"signature": signature.pk, "balance": work.balance.as_json(), "key": str(idempotency_key or "")}
        change_state(this, work.card, "complete", data=data)
        this.publish(CardCompleted(card_id=work.card.pk, number=work.card.number, order_number=work.card.order.number))
        settle_order(this, work.card.order_id)
    return work.card


def _completed_before(this: Act, work: Work, key: UUID | None, entered: Mapping[str, Any] | None) -> WorkCard:
    last = CardEvent.objects.filter(card=work.card, target=CardState.COMPLETED).order_by("-id").first()
    if key is not None and last is not None and last.data.get("key") == str(key):
        this.verb = "shopfloor.card.repeated"
        return work.card
    raise Conflict(
        _("%(name)s completed this card first.") % {"name": last.person_name if last else ""},
        code="already-completed",
        details={
            "input": dict(entered or {}),
            "completed_by": last.person_name if last else "",
            "completed_at": last.at.isoformat() if last else "",
        },
    )


def _check_finished(work: Work, records: list[StepRecord]) -> None:
    """No piece is left here, every step of the good ones and of the card is recorded and checked."""
    progress = work.progress(records)
    good = work.balance.pieces(Bucket.GOOD)
    open_steps = progress.open_entries(good)
    if work.pieces or open_steps:
        first = open_steps[0] if open_steps else None
        reason = (
            _("Step %(step)s is open.") % {"step": first.step.key}
            if first
            else _("%(count)s pieces are still here: report them good, scrap or rework.") % {"count": len(work.pieces)}
        )
        raise NotBalanced(
            reason,
            details={"balance": work.balance.as_json(), "open": [entry.as_json() for entry in open_steps[:50]]},
        )
